import { defineModule } from '../../../core/module.ts'
import { ask, askAll } from '../../../core/probe.ts'
import { EVERYTHING, paths } from '../../../core/resource.ts'
import { sh } from '../../../core/sh.ts'
import { seconds } from '../shared/duration.ts'
import { QUIET, pgbackrestStep } from '../shared/steps.ts'
import { placeOf, probePgbackrest } from '../shared/target.ts'
import { LABEL_SUM, RECORD, dataFolder, folderKey } from './data-folder.ts'
import { args } from './args.ts'
import type { PgbackrestRestoreState } from './state.ts'
import { plan } from './plan.ts'
import { options, order } from './options.ts'

/**
 * Restores a cluster into a directory, on which PostgreSQL can then be started. If an earlier run already restored the same into this
 * directory, it is left as it is, even if PostgreSQL has run on it since. If the directory contains anything else, that is an error.
 *
 * @dryRun Runs `pgbackrest info` and looks into `to`. Ok if the same was restored there, otherwise it would change; fails if
 * there is no backup for the target, or if the directory is in use or holds something else. Nothing is foretold: later tasks
 * know nothing of what lies below `to`, and with `container` nothing at all.
 *
 * @example
 * pgbackrest.restore('the cluster of last night', {
 *   container: 'postgres-drill',
 *   to: '/var/lib/postgresql/data/pgdata',
 *   target: { type: 'time', value: '2026-11-24 02:00:00+00' },
 *   action: 'promote',
 *   archiveMode: 'off',
 * })
 */
export const restore = defineModule({
  name: 'pgbackrest_restore',
  args,
  probe: (args) =>
    askAll<PgbackrestRestoreState>({
      pgbackrest: probePgbackrest(args),
      folder: ask(dataFolder, folderKey(placeOf(args), args.to)),
    }),
  plan,
  apply: (args, { folder }) => {
    const limit = seconds(args.timeout ?? '12h')
    const delta = folder.holds === 'nothing' ? [] : ['--delta']
    const words = [`--pg1-path=${args.to}`, ...options(args), ...delta, ...QUIET]
    const script = `
said=$(${sh`mkdir -p -m 0700 -- ${args.to}`} 2>&1) || fail $? "$said"
${sh`run ${limit} restore ${words}`} || fail $?
${sh`cd -- ${args.to}`} && label=backup_label && { ${LABEL_SUM}; ${sh`printf '%s\n' ${order(args)}`}; } > ${RECORD}`
    return [pgbackrestStep(args, script, limit)]
  },
  // What is mounted into the container at that place is not known here.
  touches: ({ container, to }) => (container === undefined ? [paths.below(to)] : [EVERYTHING]),
})
