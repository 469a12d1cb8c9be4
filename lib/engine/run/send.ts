import type { Session } from '../session.ts'

/** Sends what changes a host, when the host has a place: where it gave its place away, it takes one again before. */
export async function sendChange<T>(session: Session, send: () => Promise<T>): Promise<T> {
  await session.worker.again()
  return send()
}
