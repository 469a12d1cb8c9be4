import { execFileSync } from 'node:child_process'
import { startProxy } from './proxy.ts'

/** How the hosts are far away. */
export interface Delay {
  readonly by: 'netem' | 'proxy'
  /** Sets the round trip time, in milliseconds. @returns where to connect, for the address of each sshd */
  set(roundTripMs: number): Promise<ReadonlyMap<string, string>>
}

/**
 * The kernel delays each packet, where it can; otherwise a proxy for each host, in this process, delays what it passes on.
 * Only for a network namespace of its own: all traffic of it is delayed.
 *
 * @param addresses of the hosts
 */
export function makeDelay(addresses: readonly string[], port: number): Delay {
  const direct = new Map(addresses.map((address) => [address, address]))
  if (netem(0))
    return {
      by: 'netem',
      set: async (roundTripMs) => {
        if (!netem(roundTripMs / 2)) throw new Error('tc cannot set the delay any more')
        return direct
      },
    }
  let stop = async (): Promise<void> => {}
  return {
    by: 'proxy',
    set: async (roundTripMs) => {
      await stop()
      stop = async () => {}
      if (roundTripMs === 0) return direct
      const far = new Map(addresses.map((address) => [address, address.replace('127.77.', '127.78.')]))
      const proxies = await Promise.all(
        [...far].map(([to, from]) => startProxy({ from, to, port, roundTripMs })),
      )
      stop = async () => void (await Promise.all(proxies.map((close) => close())))
      return far
    },
  }
}

function netem(oneWayMs: number): boolean {
  const args = `qdisc replace dev lo root netem delay ${oneWayMs}ms limit 100000`
  try {
    execFileSync('tc', args.split(' '), { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
