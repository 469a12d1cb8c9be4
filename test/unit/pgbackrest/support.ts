import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Repository } from '../../../lib/pgbackrest/index.ts'
import { parseRepository } from '../../../lib/pgbackrest/index.ts'

/** What was recorded by fixtures/record.sh, with these versions of pgBackRest and PostgreSQL. */
export const RECORDED = ['2.45-15', '2.55-17'] as const

export const text = (version: string, name: string): string =>
  readFileSync(join(import.meta.dirname, 'fixtures', version, name), 'utf8')

export const load = (version: string, name: string): Repository =>
  parseRepository(text(version, `${name}.txt`))

/** A repository as the script would describe it: segments by timeline and number, seconds since the first as their times. */
export interface Invented {
  readonly backups: readonly {
    readonly timeline: number
    readonly from: number
    readonly to: number
    readonly stop: number
    readonly damaged?: boolean
  }[]
  readonly segments: readonly { readonly timeline: number; readonly number: number; readonly at: number }[]
  readonly histories?: Readonly<Record<number, string>>
  readonly systemId?: string
  readonly twice?: readonly string[]
}

export const START = 1_700_000_000
const hex = (n: number): string => n.toString(16).toUpperCase().padStart(8, '0')
export const segment = (timeline: number, number: number): string =>
  hex(timeline) + hex(Math.floor(number / 256)) + hex(number % 256)
export const at = (seconds: number): Date => new Date((START + seconds) * 1000)
export const labelOf = (i: number): string => `20260101-${String(i).padStart(6, '0')}F`

const SEGMENT = 0x1000000
const lsn = (number: number, offset: number): string =>
  `${Math.floor(number / 256).toString(16)}/${((number % 256) * SEGMENT + offset).toString(16)}`

export function invent({
  backups,
  segments,
  histories = {},
  systemId = '1',
  twice = [],
}: Invented): Repository {
  const lines = ['repository 1 /r', `clock ${START + 100_000}`, 'db db-id=1', `db db-system-id=${systemId}`]
  lines.push('cluster 1={"db-version":"17"}')
  backups.forEach(({ timeline, from, to, stop, damaged = false }, i) => {
    const info = {
      'backup-type': 'full',
      'backup-error': damaged,
      'db-id': 1,
      'backup-archive-start': segment(timeline, from),
      'backup-archive-stop': segment(timeline, to),
      'backup-lsn-start': lsn(from, 0x28),
      'backup-lsn-stop': lsn(to, 0x100),
      'backup-timestamp-start': START + stop,
      'backup-timestamp-stop': START + stop,
    }
    lines.push(`backup ${labelOf(i)}=${JSON.stringify(info)}`, `folder ${labelOf(i)}`)
  })
  // A range each: joining them is the reader's work.
  for (const { timeline, number, at: time } of segments)
    lines.push(
      `wal 17-1 ${segment(timeline, number)} ${segment(timeline, number)} ${START + time} ${START + time}`,
    )
  lines.push(...twice.map((name) => `twice 17-1 ${name}`))
  for (const [timeline, parents] of Object.entries(histories))
    lines.push(`history 17-1 ${hex(Number(timeline))} ${parents}`)
  return parseRepository([...lines, 'end', ''].join('\n'))
}
