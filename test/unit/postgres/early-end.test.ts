import assert from 'node:assert/strict'
import { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../../../lib/core/errors.ts'
import { Secret } from '../../../lib/core/secret.ts'
import { createPostgresChannel, sql } from '../../../lib/postgres/channel.ts'

/** A relay on the host that finds nobody, or a link that is lost: the stream is there, and ends before pg speaks on it. */
describe('a connection that ends before PostgreSQL is spoken to', () => {
  const refused = () =>
    new UserError('E_FORWARD_FAILED', 'no connection to 127.0.0.1:5432: Connection refused')
  const on = { host: '127.0.0.1', password: new Secret('postgres', 'a password') }
  /** What a statement says that is sent over `stream`, and how long it took. */
  const say = async (open: () => Promise<Duplex>): Promise<{ said: string; ms: number }> => {
    const channel = createPostgresChannel({ forward: open, countRoundTrip: () => {} })
    const begin = performance.now()
    const { code, stderr } = await channel.run(sql('SELECT 1', on))
    await channel.close()
    assert.equal(code, 2)
    return { said: String(stderr), ms: performance.now() - begin }
  }
  const silent = (): Duplex => new Duplex({ read: () => {}, write: (_, __, done) => done() })

  for (const [what, end, words] of [
    ['with an error', (stream: Duplex) => void stream.destroy(refused()), /Connection refused/],
    ['without a word', (stream: Duplex) => void stream.destroy(), /Connection terminated|closed/],
  ] as const) {
    it(`${what}, at once`, async () => {
      const { said, ms } = await say(async () => {
        const stream = silent()
        end(stream)
        return stream
      })
      assert.match(said, words)
      assert.ok(ms < 10_000, `${ms} ms`)
    })

    it(`${what}, and is handed on later`, async () => {
      const { said, ms } = await say(async () => {
        const stream = silent()
        stream.on('error', () => {})
        end(stream)
        await sleep(20)
        return stream
      })
      assert.match(said, words)
      assert.ok(ms < 10_000, `${ms} ms`)
    })

    it(`${what}, in the middle of the login`, async () => {
      const { said, ms } = await say(async () => {
        const stream = silent()
        setTimeout(() => end(stream), 100)
        return stream
      })
      assert.match(said, words)
      assert.ok(ms < 10_000, `${ms} ms`)
    })
  }
})
