import assert from 'node:assert/strict'
import type { Connection } from '../../lib/transport/transport.ts'
import { type Sshd, USER, startSshd } from './sshd.ts'

/** The server works, and what it starts does not come back: its home is on a file server that is gone, for one. */
describe('a shell that hangs, behind a server that works', function () {
  this.timeout(60_000)
  let sshd: Sshd
  before(async function () {
    if (process.getuid?.() !== 0) this.skip()
    sshd = await startSshd()
  })
  after(() => sshd?.stop())

  /** What becomes of an exchange, and in how many milliseconds with the end of the connection. */
  const exchange = async (connection: Connection, script: string): Promise<[error: unknown, ms: number]> => {
    const begin = performance.now()
    const going = connection.exchange([{ kind: 'probe', script, timeoutMs: 500 }], { user: 'login' })
    const error: unknown = await going.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    await connection.close()
    return [error, performance.now() - begin]
  }

  for (const client of ['auto', 'openssh'] as const) {
    it(`is given up when its time is over, ${client}`, async () => {
      const hangs = await startSshd('ForceCommand sleep 40', ['ed25519'], () => {}, false)
      try {
        const [error, ms] = await exchange(await hangs.connect(USER, { client, patience: 1 }), 'echo in')
        const { name, code, message } = error as Error & { code: string }
        assert.deepEqual([name, code], ['UnreachableError', 'E_NO_SHELL'])
        assert.match(message, /did not answer within 1 s/)
        assert.ok(ms < 15_000, `${ms} ms`)
      } finally {
        await hangs.stop()
      }
    })

    it(`is given up in the middle of its work, ${client}`, async () => {
      // Longer than it takes on a slow machine to start a shell that does not hang.
      const connection = await sshd.connect(USER, { client, patience: 4 })
      await connection.exchange([{ kind: 'probe', script: ':' }], { user: 'login' })
      // The shell and what watches over its time are stopped, and go on when nobody waits any more.
      const stops = 'p=$PPID; (sleep 30; kill -CONT $p) >/dev/null 2>&1 </dev/null & kill -STOP $p; sleep 30'
      const [error, ms] = await exchange(connection, stops)
      const { name, code, message } = error as Error & { code: string }
      assert.deepEqual([name, code], ['UnreachableError', 'E_CONNECTION_LOST'])
      assert.match(message, /did not answer within/)
      assert.ok(ms < 25_000, `${ms} ms`)
    })
  }
})
