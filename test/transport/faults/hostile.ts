import { PassThrough, Writable } from 'node:stream'
import type { Channel } from '../../../lib/transport/channel.ts'
import { type ConnectionType, type Link, defineConnection } from '../../../lib/transport/index.ts'

/** What a hostile host does when it is greeted, and when it is asked something. `forever` ends with the connection. */
interface Conduct {
  readonly greet?: (say: Say, nonce: string) => void
  readonly answer?: (say: Say, nonce: string) => void
}

interface Say {
  (text: string): void
  readonly forever: (text: string, pauseMs?: number) => void
  readonly hangUp: () => void
}

const honestly = (say: Say, nonce: string): void => say(`\n${nonce} hello 0 -\n`)

const CONDUCT = {
  'sends nothing when a shell is started': { greet: () => {} },
  'never stops printing when a shell is started': { greet: (say) => say.forever('x'.repeat(16 * 1024)) },
  'prints a line that never ends': { greet: (say) => say.forever(' '.repeat(1000), 5) },
  'closes the connection when a shell is started': { greet: (say) => say.hangUp() },
  'stops answering after a shell was started': { answer: () => {} },
  'answers with a line that never ends': {
    answer: (say, nonce) => say.forever(`${nonce} replies ${'1'.repeat(16_000)}`),
  },
  'answers with an answer that never ends': {
    answer: (say, nonce) => {
      say(`${nonce} replies ,0 ,99999999999999,99999999999999\n`)
      say.forever('x'.repeat(16 * 1024))
    },
  },
  'forges the answers of another connection': { answer: (say) => say(`${'0'.repeat(32)} replies ,0 \n`) },
  'sends more answers than it was asked for': {
    answer: (say, nonce) => say(`${nonce} replies ${',0'.repeat(5000)} \n`),
  },
  'answers with a negative size': { answer: (say, nonce) => say(`${nonce} replies ,0 ,-5,0\nxxxxx`) },
  'closes the connection in the middle of an answer': {
    answer: (say, nonce) => {
      say(`${nonce} replies ,0 ,60000,0\nxxxxx`)
      say.hangUp()
    },
  },
  'reports forever that it is waiting for a lock': {
    answer: (say, nonce) => say.forever(`${nonce} waiting somebody\n`, 100),
  },
} satisfies Record<string, Conduct>

export type Hostile = keyof typeof CONDUCT
export const HOSTILE = Object.keys(CONDUCT) as Hostile[]

/** A host that knows how it is spoken to, and misbehaves. In this process, so that it costs nothing. */
export function hostile(name: Hostile): ConnectionType {
  const conduct: Conduct = CONDUCT[name]
  return defineConnection({
    name: 'hostile',
    open: async (host, signal): Promise<Link> => {
      const channels: Channel[] = []
      const close = (): void => channels.forEach((channel) => channel.destroy())
      signal.addEventListener('abort', close, { once: true })
      return {
        host: host.name,
        isRoot: false,
        openChannel: async () => {
          const channel = channelOf(conduct)
          channels.push(channel)
          return channel
        },
        forward: () => Promise.reject(new Error('no')),
        close: async () => close(),
      }
    },
  })
}

function channelOf({ greet = honestly, answer = () => {} }: Conduct): Channel {
  const ended = new AbortController()
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const hangUp = (): void => {
    stdout.end()
    stderr.end()
    setImmediate(() => ended.abort())
  }
  const write = (text: string): boolean => ended.signal.aborted || stdout.writableEnded || stdout.write(text)
  const forever = (text: string, pauseMs = 0): void => {
    if (ended.signal.aborted) return
    const again = (): void => void setTimeout(() => forever(text, pauseMs), pauseMs)
    if (write(text)) again()
    else stdout.once('drain', again)
  }
  const say: Say = Object.assign((text: string) => void write(text), { forever, hangUp })
  let received = ''
  let programs = 0
  const stdin = new Writable({
    write: (chunk: Buffer, _, done) => {
      received += chunk.toString('latin1')
      for (;;) {
        const [head = '', length = ''] = /^(\d+)\n/.exec(received) ?? []
        if (head === '' || received.length < head.length + Number(length)) break
        const program = received.slice(head.length, head.length + Number(length))
        received = received.slice(head.length + Number(length))
        const nonce = /#([0-9a-f]{32})$/.exec(program)?.[1] ?? ''
        if (++programs === 1) greet(say, nonce)
        else answer(say, nonce)
      }
      done()
    },
  })
  const destroy = (): void => {
    ended.abort()
    for (const stream of [stdin, stdout, stderr]) stream.destroy()
  }
  return {
    stdin,
    stdout,
    stderr,
    ended: ended.signal,
    end: () => ({ connectionLost: false, how: 'it hung up' }),
    destroy,
  }
}
