import type { Reply } from '../../lib/core/probe.ts'
import { localTransport } from '../../lib/transport/index.ts'
import type { Connection, ExchangeOptions, Script, Transport } from '../../lib/transport/transport.ts'

/**
 * Hosts that answer at once: this machine is asked once, and what it says is the answer of every host that is asked the same.
 * For dry runs, which ask and change nothing.
 */
export async function replayedTransport(): Promise<{ transport: Transport; close: () => Promise<void> }> {
  const signal = new AbortController().signal
  const machine = await localTransport({ lock: false }).connect({ name: 'machine', address: '' }, signal)
  const known = new Map<string, Promise<readonly Reply[]>>()
  let last: Promise<unknown> = Promise.resolve()
  const answers = (scripts: readonly Script[], { user }: ExchangeOptions): Promise<readonly Reply[]> => {
    const key = JSON.stringify([user, scripts])
    const asked = known.get(key) ?? last.then(() => machine.exchange(scripts, { user }))
    known.set(key, asked)
    last = asked
    return asked
  }
  const connect = (): Promise<Connection> => {
    let roundTrips = 0
    return Promise.resolve({
      serverAddress: undefined,
      get roundTrips() {
        return roundTrips
      },
      exchange: async (scripts, options) => {
        roundTrips += 1
        if (scripts.some(({ kind }) => kind === 'step')) throw new Error('a dry run changes nothing')
        const replies = await answers(scripts, options)
        for (const [i, reply] of replies.entries()) options.onReply?.(i, reply)
        return replies
      },
      forward: () => Promise.reject(new Error('there is no such host')),
      countRoundTrip: () => void (roundTrips += 1),
      stop: () => Promise.resolve(),
      close: () => Promise.resolve(),
    })
  }
  return { transport: { connect }, close: () => machine.close() }
}
