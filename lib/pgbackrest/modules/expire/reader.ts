import * as z from '../../../core/lazy-zod.ts'
import type { Reader } from '../../../core/probe.ts'
import { sh } from '../../../core/sh.ts'
import { output } from '../../../modules/shared/output.ts'
import { type PgbackrestPlace, inPlace, seenOf } from '../shared/shell.ts'
import { placeKey, placeOf, whyNot } from '../shared/reader.ts'

/** What `pgbackrest expire` would do now. */
export interface Expiry {
  /** Another command holds the lock: nobody can say. */
  readonly locked: boolean
  /** Labels of the backups that would go, oldest first. */
  readonly backups: readonly string[]
  /** WAL that would go. */
  readonly archives: readonly { readonly id: string; readonly start: string; readonly stop: string }[]
}

/** The key is a {@link PgbackrestPlace} and the options of the command, as JSON. */
export const expiry: Reader<Expiry> = {
  name: 'pgbackrest_expire',
  ask: (keys) => output.ask(keys.map((key) => scriptOf(parseKey(key)))),
  parse: (reply, keys) =>
    output.parse(reply, keys).map((one, i) => {
      if (one instanceof Error) return one
      if (one.code === LOCKED) return { locked: true, backups: [], archives: [] }
      return one.code === 0 ? parseExpiry(one.stdout) : whyNot('expire', one, parseKey(keys[i] ?? '').place)
    }),
  sees: (key) => seenOf(parseKey(key).place),
}

/** pgBackRest's exit code when something else holds its lock. */
const LOCKED = 50

interface Key {
  readonly place: PgbackrestPlace
  readonly options: readonly string[]
}

export const expiryKey = (place: PgbackrestPlace, options: readonly string[]): string =>
  JSON.stringify([placeKey(place), options])

function parseKey(key: string): Key {
  const [place, options] = z.tuple([z.string(), z.array(z.string())]).parse(JSON.parse(key))
  return { place: placeOf(place), options }
}

const LOG = ['--log-level-console=info', '--log-level-stderr=warn', '--no-log-timestamp']

const scriptOf = ({ place, options }: Key): string =>
  inPlace(place, sh`pgbr expire --dry-run ${options} ${LOG}`)

/** Exported for the tests. */
export function parseExpiry(said: string): Expiry {
  const backups = [...said.matchAll(/repo\d+: remove expired backup (\S+)/g)].map(([, label]) => label ?? '')
  const archives = said.matchAll(/repo\d+: (\S+) remove archive, start = (\w+), stop = (\w+)/g)
  return {
    locked: false,
    backups: backups.toSorted(),
    archives: [...archives].map(([, id = '', start = '', stop = '']) => ({ id, start, stop })),
  }
}
