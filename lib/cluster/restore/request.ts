import { z } from 'zod'
import { UserError } from '../../core/errors.ts'
import { momentWords, parseTime, refuseFuture } from './moment.ts'
import { clusterWish, yes } from '../vars/cluster.ts'

/** What `-e` may say to `run-playbook restore`. */
export const restoreVars = clusterWish.extend({
  'target-time': z
    .string()
    .optional()
    .describe('Restore to this moment: 2026-11-24 14:03:00+01:00. Without an offset it is UTC.'),
  'target-name': z
    .string()
    .min(1)
    .max(63)
    .optional()
    .describe("Restore to a restore point, made before with SELECT pg_create_restore_point('NAME')."),
  'target-lsn': z
    .string()
    .regex(/^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/i)
    .optional()
    .describe('Restore to this position in the WAL: 0/3000148.'),
  backup: z
    .string()
    .optional()
    .describe('Restore to the end of the backup with this label: 20261124-020000F.'),
  target: z
    .enum(['now', 'latest'])
    .optional()
    .describe(
      'Restore to the latest state, now, which is the default; or to the end of the archived WAL, latest, even if later WAL is missing.',
    ),
  from: z
    .string()
    .optional()
    .describe('The node whose repository is read. (default: a node whose repository reaches the target)'),
  repository: z
    .enum(['local', 'object-store'])
    .optional()
    .describe(
      'Read only the repositories on the nodes, local, or only those in the object store, object-store.',
    ),
  'in-place': yes.default(false).describe('Restore the cluster itself, and not a copy beside it.'),
  overwrite: yes.default(false).describe('Overwrite the data of the cluster without asking.'),
  keep: yes.default(true).describe('Keep the old data beside the new data. With no it is deleted.'),
  abort: yes
    .default(false)
    .describe(
      'Abort a restore in place that was begun: the old data is in place again. Possible until the play "point of no return".',
    ),
  remove: yes.default(false).describe('Remove the copy that an earlier restore made.'),
})

export type RestoreVars = z.output<typeof restoreVars>

/** What a restore is to come to. */
export type Wish =
  | { readonly type: 'now' }
  | { readonly type: 'latest' }
  | { readonly type: 'time'; readonly time: Date; readonly text: string }
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'lsn'; readonly lsn: string }
  | { readonly type: 'backup'; readonly label: string }

const TARGETS = ['target-time', 'target-name', 'target-lsn', 'backup', 'target'] as const

/** @throws UserError for two targets, and for a time that is none, or is still to come */
export function wishOf(
  vars: Readonly<Partial<Record<(typeof TARGETS)[number], string | undefined>>>,
  now: Date = new Date(),
): Wish | undefined {
  const given = TARGETS.filter((name) => vars[name] !== undefined)
  if (given.length > 1)
    throw new UserError('E_TWO_TARGETS', `${given.join(' and ')}: a restore can have only one target`)
  const [name] = given
  const value = name === undefined ? '' : (vars[name] ?? '')
  switch (name) {
    case undefined:
      return undefined
    case 'target-time': {
      const moment = parseTime(value)
      refuseFuture(moment, now)
      return { type: 'time', ...moment }
    }
    case 'target-name':
      return { type: 'name', name: value }
    case 'target-lsn':
      return { type: 'lsn', lsn: value.toUpperCase() }
    case 'backup':
      return { type: 'backup', label: value }
    case 'target':
      return { type: value as 'now' | 'latest' }
  }
}

/** `2026-11-24 14:03:00 UTC`, `restore point before_migration` */
export function wishWords(wish: Wish): string {
  switch (wish.type) {
    case 'now':
      return 'now'
    case 'latest':
      return 'the end of the archive'
    case 'time':
      return momentWords(wish)
    case 'name':
      return `restore point ${wish.name}`
    case 'lsn':
      return `LSN ${wish.lsn}`
    case 'backup':
      return `backup ${wish.label}`
  }
}
