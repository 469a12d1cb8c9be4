import { Place, Places } from '../places.ts'

/** Hosts that are logged in to at a time. */
const AT_A_TIME = 25
/** Milliseconds between two looks whether a host is only waited for. */
const LOOK_MS = 500
/** The share of the time that this process has something to do. With more than this it is the one who is slow. */
const BUSY = 0.5

/**
 * Logs in to some hosts at a time: each login takes a process and a key exchange, and of a thousand at once none would be
 * done within ConnectTimeout. A host that does not answer is waited for beside the others.
 */
export class Logins {
  readonly #places = new Places(AT_A_TIME)

  async run<T>(login: () => Promise<T>): Promise<T> {
    const place = new Place(this.#places)
    await place.begin()
    let last = performance.eventLoopUtilization()
    const looks = setInterval(() => {
      const now = performance.eventLoopUtilization()
      if (performance.eventLoopUtilization(now, last).utilization < BUSY) place.give()
      last = now
    }, LOOK_MS)
    try {
      return await login()
    } finally {
      clearInterval(looks)
      place.give()
    }
  }
}
