import { UserError } from '../../../core/errors.ts'
import type { Plan } from '../../../core/module.ts'
import { restorable } from '../shared/state.ts'
import type { PgbackrestState } from '../shared/target.ts'
import { epoch, spoken } from './target.ts'
import { type Args } from './args.ts'
import type { PgbackrestRestoreState } from './state.ts'
import { order } from './options.ts'

export function plan(args: Args, { pgbackrest, folder }: PgbackrestRestoreState): Plan {
  const { to, target, set, overwrite } = args
  if (folder.restoredBy === order(args)) return { changes: [], because: `restored to ${spoken(target)}` }
  refuseTarget(args, pgbackrest)
  const { holds, inUse } = folder
  if (inUse)
    throw new UserError(
      'E_PGBACKREST_IN_USE',
      `PostgreSQL is running on ${to}, or its postmaster.pid was left there`,
      {
        hint: 'Stop PostgreSQL. If you are certain that no PostgreSQL runs on this directory, remove postmaster.pid.',
      },
    )
  if (holds === 'other' || (holds === 'cluster' && !overwrite))
    throw new UserError('E_PGBACKREST_NOT_EMPTY', `${to} is not empty: it contains ${HOLDS[holds]}`, {
      hint:
        holds === 'other'
          ? 'Move it aside, or restore into another folder.'
          : 'Move it aside, or set `overwrite: true`, which deletes what it holds.',
    })
  const from = set === undefined ? '' : `, from ${set}`
  return { changes: [{ what: to, from: HOLDS[holds], to: `restored to ${spoken(target)}${from}` }] }
}

const HOLDS = {
  nothing: 'empty',
  unfinished: 'an unfinished restore',
  cluster: 'a PostgreSQL cluster',
  other: 'other files',
} as const

function refuseTarget({ target, set, stanza = 'main', repo }: Args, { info }: PgbackrestState): void {
  const backups = restorable(stanza, info, repo)
  const [oldest] = backups
  if (oldest === undefined)
    throw new UserError('E_PGBACKREST_TARGET', `there is no backup of the stanza ${stanza} to restore`, {
      hint: info.message,
    })
  if (set !== undefined && !backups.some(({ label }) => label === set))
    throw new UserError('E_PGBACKREST_TARGET', `there is no backup ${set}`, {
      hint: `There are ${backups.map(({ label }) => label).join(', ')}`,
    })
  if (target.type !== 'time') return
  const first = backups.find(({ label }) => label === set) ?? oldest
  if (epoch(target.value) >= first.stop) return
  const when = new Date(first.stop * 1000).toISOString()
  throw new UserError('E_PGBACKREST_TARGET', `there is no backup from before ${target.value}`, {
    hint: `${set === undefined ? 'The oldest' : 'This one'} ended at ${when}; only later points in time can be restored.`,
  })
}
