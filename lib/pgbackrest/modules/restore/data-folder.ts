import * as z from '../../../core/lazy-zod.ts'
import type { Reader } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { sh } from '../../../core/sh.ts'
import { output } from '../../../modules/shared/output.ts'
import { type PgbackrestPlace, inPlace, surroundingsOf } from '../shared/shell.ts'
import { placeKey, placeOf, whyNot } from '../shared/reader.ts'

/** What lies where a cluster is to be restored. */
export interface DataFolder {
  /** `unfinished`: a restore was begun and not ended. `other`: something that is no PostgreSQL data. */
  readonly holds: 'nothing' | 'unfinished' | 'cluster' | 'other'
  /** There is a postmaster.pid: PostgreSQL runs on it, or ended without removing it. */
  readonly inUse: boolean
  /** The order that it was restored by, as far as it is still what was restored then; empty otherwise. */
  readonly restoredBy: string
}

/** Where the order is written down, with a checksum that ties it to the backup_label of that restore. */
export const RECORD = 'run-playbook.restored'

/** Prints the checksum of the file `$label`. */
export const LABEL_SUM = 'sha256sum < $label | cut -c 1-64'

/** The key is a {@link PgbackrestPlace} and the folder, as JSON. */
export const dataFolder: Reader<DataFolder> = {
  name: 'pgbackrest_data_folder',
  ask: (keys) => output.ask(keys.map((key) => scriptOf(parseKey(key)))),
  parse: (reply, keys) =>
    output.parse(reply, keys).map((one, i) => {
      if (one instanceof Error) return one
      if (one.code !== 0) return whyNot('restore', one, parseKey(keys[i] ?? '').place)
      const [holds, inUse, ...order] = one.stdout.trim().split('\n')
      const found = answer.safeParse({ holds, inUse: inUse === 'yes', restoredBy: order.join('\n') })
      return found.success ? found.data : new Error(`unexpected answer about a folder: ${one.stdout}`)
    }),
  sees: (key) => {
    const { place, path } = parseKey(key)
    return [...surroundingsOf(place), paths.below(path)]
  },
}

const answer = z.object({
  holds: z.enum(['nothing', 'unfinished', 'cluster', 'other']),
  inUse: z.boolean(),
  restoredBy: z.string(),
})

export const folderKey = (place: PgbackrestPlace, path: string): string =>
  JSON.stringify([placeKey(place), path])

function parseKey(key: string): { readonly place: PgbackrestPlace; readonly path: string } {
  const [place, path] = z.tuple([z.string(), z.string()]).parse(JSON.parse(key))
  return { place: placeOf(place), path }
}

// PostgreSQL renames backup_label when it starts; a copy of the cluster gets another one, and so is not taken for this.
const scriptOf = ({ place, path }: ReturnType<typeof parseKey>): string =>
  inPlace(
    place,
    `${sh`cd -- ${path}`} 2>/dev/null || { [ ! -e ${sh`${path}`} ] && printf 'nothing\\nno\\n' && exit 0; }
${sh`cd -- ${path}`} || exit 1
entries=$(ls -A) || exit 1
if [ -z "$entries" ]; then echo nothing
elif [ -e backup.manifest ]; then echo unfinished
elif [ -e PG_VERSION ]; then echo cluster
else echo other; fi
if [ -e postmaster.pid ]; then echo yes; else echo no; fi
for label in backup_label backup_label.old; do
  if [ -e $label ] && [ "$(${LABEL_SUM})" = "$(sed -n 1p ${RECORD} 2>/dev/null)" ]; then sed 1d ${RECORD}; exit 0; fi
done`,
  )
