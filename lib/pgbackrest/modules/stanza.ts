import * as z from '../../core/lazy-zod.ts'
import type { Change } from '../../core/change.ts'
import { UserError } from '../../core/errors.ts'
import { type Plan, defineModule } from '../../core/module.ts'
import { predict } from '../../core/probe.ts'
import type { PgbackrestDatabase } from '../info.ts'
import { type Pgbackrest, type PgbackrestCluster, pgbackrest, placeKey } from './shared/reader.ts'
import { currentDatabase, isMissing, refuseBroken } from './shared/state.ts'
import { commandStep } from './shared/steps.ts'
import {
  type PgbackrestTarget,
  placeOf,
  probeTimeless,
  targetArgs,
  touchesRepository,
} from './shared/target.ts'

export interface PgbackrestStanzaArgs extends PgbackrestTarget {
  /** After a major upgrade of PostgreSQL, upgrade the stanza too. Old backups are kept. @default false: that is an error */
  readonly upgrade?: boolean | undefined
  /**
   * Let pgBackRest also query the running primary. With `false`, it reads only the files of the local cluster, which also works
   * on standbys and on stopped clusters.
   *
   * @default false
   */
  readonly online?: boolean | undefined
}

const args: z.ZodType<PgbackrestStanzaArgs, PgbackrestStanzaArgs> = z.strictObject({
  ...targetArgs,
  upgrade: z.boolean().optional(),
  online: z.boolean().optional(),
})

/**
 * Creates the stanza, and checks that it belongs to the cluster on this host. A stanza of another cluster is an error; it is never
 * deleted.
 *
 * @dryRun Runs `pgbackrest info`, and asks the cluster for its identifier and version. A stanza that would be created for it is
 * foretold, so a `pgbackrest.backup` is planned as the first one; after an upgrade later tasks of the stanza are unknown.
 * Unknown if an earlier task would change what is in `sees`, or the container.
 *
 * @example
 * pgbackrest.stanza('stanza', { container: 'postgres' })
 */
export const stanza = defineModule({
  name: 'pgbackrest_stanza',
  args,
  probe: probeTimeless,
  plan,
  apply: (args, { info }) => [
    commandStep(
      args,
      [isMissing(info) ? 'stanza-create' : 'stanza-upgrade', args.online ? '--online' : '--no-online'],
      300,
    ),
  ],
  touches: touchesRepository,
})

function plan(args: PgbackrestStanzaArgs, { info, cluster }: Pgbackrest): Plan {
  const { stanza: name } = placeOf(args)
  refuseBroken(name, info)
  if (isMissing(info)) {
    const changes = [{ what: 'stanza', from: 'absent', to: describe(cluster) }]
    return cluster && info.repos.length > 0
      ? { changes, leaves: [created(args, info, cluster)] }
      : { changes }
  }
  const current = currentDatabase(info)
  if (current === undefined || cluster === undefined)
    return { changes: [], because: 'there; no cluster here to compare it with' }
  const changes = compare(args, current, cluster)
  return changes.length > 0 ? { changes } : { changes, because: `of ${describe(cluster)}` }
}

function compare(
  { stanza: name = 'main', upgrade }: PgbackrestStanzaArgs,
  current: PgbackrestDatabase,
  cluster: PgbackrestCluster,
): Change[] {
  const { systemId, version } = cluster
  if (current.systemId === systemId && current.version === version) return []
  const change = { what: 'stanza', from: describe(current), to: describe(cluster) }
  const differ = `the stanza ${name} is of ${change.from}, and the cluster here is ${change.to}`
  // pg_upgrade gives a new identifier. The same version with another one is another cluster.
  if (Number(version) > Number(current.version)) {
    if (upgrade) return [change]
    throw new UserError('E_PGBACKREST_STANZA', differ, {
      hint: 'After a major upgrade set `upgrade: true`: new backups start, and the old ones stay. If there was no upgrade, this is the repository of another cluster.',
    })
  }
  throw new UserError('E_PGBACKREST_STANZA', differ, {
    hint: `These are the backups of another cluster, so nothing was changed. Keep them: move the repository's folder aside, or give this cluster another repo1-path or stanza. Is the cluster here the wrong one, then restore the right one.`,
  })
}

const describe = (one: { readonly systemId: string; readonly version: string } | undefined): string =>
  one === undefined ? 'the cluster here' : `PostgreSQL ${one.version}, system ${one.systemId}`

// What pgBackRest will say of a stanza that was just made.
function created(args: PgbackrestStanzaArgs, info: Pgbackrest['info'], cluster: PgbackrestCluster) {
  const { systemId, version } = cluster
  const none = { code: 2, message: 'no valid backups' }
  return predict(pgbackrest, placeKey(placeOf(args)), {
    cluster,
    info: {
      ...none,
      locked: false,
      repos: info.repos.map(({ key }) => ({ key, ...none })),
      databases: info.repos.map(({ key }) => ({ id: 1, repo: key, systemId, version })),
      backups: [],
    },
  })
}
