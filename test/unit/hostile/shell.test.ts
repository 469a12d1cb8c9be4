import assert from 'node:assert/strict'
import { PassThrough, Writable } from 'node:stream'
import fc from 'fast-check'
import { UserError } from '../../../lib/core/errors.ts'
import type { Channel } from '../../../lib/transport/channel.ts'
import { createTransport, defineConnection } from '../../../lib/transport/index.ts'
import type { Script } from '../../../lib/transport/transport.ts'
import { fuzz } from './fuzz.ts'
import { spoiled } from './mutations.ts'

const SCRIPTS: readonly Script[] = [
  { kind: 'probe', script: ':' },
  { kind: 'step', script: ':' },
]

/** What hosts say to two scripts, with the word that they were told. */
const SEEDS = [
  'motd\nNONCE hello 0 -\nNONCE replies ,0,1 ,3,0,0,4\nyesnope',
  '\nNONCE hello 1000 10.0.0.5\nNONCE waiting somebody\nNONCE replies ,0 \nNONCE skipped\n',
  '\nNONCE hello 0 -\nNONCE locked by somebody\n',
  '\nNONCE become -\n\nNONCE started\n\nNONCE hello 0 -\nNONCE replies ,0,0 \n',
]

/** Says one thing, whatever it is asked, and hangs up. */
function channelThatSays(text: string): Channel {
  const ended = new AbortController()
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  let received = ''
  const stdin = new Writable({
    write: (chunk: Buffer, _, done) => {
      received += chunk.toString('latin1')
      const [, nonce] = /#([0-9a-f]{32})(?=\d+\n|$)/.exec(received) ?? []
      if (nonce !== undefined && !stdout.writableEnded) {
        stdout.end(Buffer.from(text.replaceAll('NONCE', nonce), 'latin1'))
        stderr.end()
        setImmediate(() => ended.abort())
      }
      done()
    },
  })
  const destroy = (): void => {
    ended.abort()
    for (const stream of [stdin, stdout, stderr]) stream.destroy()
  }
  const end = () => ({ connectionLost: false, how: 'it hung up' })
  return { stdin, stdout, stderr, ended: ended.signal, end, destroy }
}

describe('what a host says to a shell', function () {
  this.timeout(3_600_000)

  const exchange = async (text: string) => {
    const connection = defineConnection({
      name: 'fuzzed',
      open: async (host) => ({
        host: host.name,
        isRoot: false,
        openChannel: async () => channelThatSays(text),
        forward: () => Promise.reject(new Error('no')),
        close: async () => {},
      }),
    })
    const host = { name: 'bad', address: '', connection }
    const made = await createTransport({ patience: 5, lockWait: 2, warn: () => {} }).connect(
      host,
      new AbortController().signal,
    )
    try {
      return await made.exchange(SCRIPTS, { user: 'login', lock: true })
    } finally {
      await made.close()
    }
  }

  it('is an answer where it is one', async () => {
    const [one, two] = await exchange(SEEDS[0] ?? '')
    assert.deepEqual([String(one?.stdout), String(two?.stderr)], ['yes', 'nope'])
  })

  it('is as many answers as scripts, or refused in words', async () => {
    const property = fc.asyncProperty(spoiled(SEEDS), async (text) => {
      try {
        assert.equal((await exchange(text)).length, SCRIPTS.length)
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error
        assert.ok(error instanceof UserError, `it stumbled: ${(error as Error).stack}`)
        assert.ok(error.message.length < 10_000)
      }
    })
    await fc.assert(property, fuzz(300, 20_000))
  })
})
