import { z } from 'zod'
import { UserError } from '../../core/errors.ts'
import { momentWords, parseTime, refuseFuture } from './moment.ts'
import { clusterWish, yes } from '../vars/cluster.ts'

/** What `-e` may say to `run-playbook restore`. */
export const restoreVars = clusterWish.extend({
  /** A moment, such as `2026-11-24 14:03:00+01:00`. Without an offset it is UTC. */
  'target-time': z.string().optional(),
  /** A restore point, made before with `SELECT pg_create_restore_point('…')`. */
  'target-name': z.string().min(1).max(63).optional(),
  'target-lsn': z
    .string()
    .regex(/^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/i)
    .optional(),
  /** The label of a backup: the moment at which it was complete. */
  backup: z.string().optional(),
  /** `now`: all that there is. `latest`: as far as the archive leads, also where a hole ends it early. */
  target: z.enum(['now', 'latest']).optional(),
  /** Whose repository. By default the one that gets there. */
  from: z.string().optional(),
  /** The whole cluster goes back. By default a copy of it is made in a container of its own. */
  'in-place': yes.default(false),
  /** Says yes to what `in-place` overwrites. */
  overwrite: yes.default(false),
  /** What lay there before stays beside the new data. */
  keep: yes.default(true),
  /** Removes the copy that an earlier restore left. */
  remove: yes.default(false),
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
