import type { Status } from '../../lib/cluster/status/schema.ts'

export const EVERY_SECONDS = 5
const KEPT = 120

type Series = (number | null)[]

/** The last ten minutes, for the charts. In memory: a restart of the service begins anew. */
export class History {
  #lag: Series = []
  #standbys: Record<string, Series> = {}

  get(): Status['history'] {
    return { everySeconds: EVERY_SECONDS, lagBytes: this.#lag, standbys: this.#standbys }
  }

  add({ postgres, replication }: Pick<Status, 'postgres' | 'replication'>): void {
    const known = postgres.up
    this.#lag = [...this.#lag, known ? replication.lagBytes : null].slice(-KEPT)
    // A slot tells of its replica also while nobody is connected to it. A slot that is gone is not remembered.
    const primary = known && postgres.role === 'primary'
    const names = primary ? replication.slots.map(({ name }) => name) : Object.keys(this.#standbys)
    this.#standbys = Object.fromEntries(
      names.map((name) => {
        const point = primary ? behind(name, replication) : null
        return [name, [...(this.#standbys[name] ?? []), point].slice(-KEPT)]
      }),
    )
  }
}

function behind(name: string, { standbys, slots }: Status['replication']): number | null {
  const connected = standbys.find((one) => one.name === name)
  return connected?.lagBytes ?? slots.find((one) => one.name === name)?.retainedBytes ?? null
}
