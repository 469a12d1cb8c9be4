import type { Session } from '../session.ts'

/** Milliseconds between two looks whether a host is silent. */
const LOOK_MS = 500

/**
 * Sends what changes a host, when the host has a place: where it gave its place away, it takes one again before. It gives
 * it away when the host becomes silent, because that one is only waited for. A command that takes long does not make a host
 * silent: its connection still answers.
 */
export async function sendChange<T>(session: Session, send: () => Promise<T>): Promise<T> {
  const { worker } = session
  await worker.again()
  const looks = setInterval(() => {
    if (session.connection.silent === true) worker.give()
  }, LOOK_MS)
  try {
    return await send()
  } finally {
    clearInterval(looks)
  }
}
