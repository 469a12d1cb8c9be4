import { type Play, debug, definePlay } from 'run-playbook'
import { type ClusterContext, type RestoreAbort, hostVarsOf, nodesOf } from 'run-playbook/cluster'
import { oldClusterOpens, restoreEnded, restoreUndone } from 'run-playbook/roles'

/**
 * The plays that lead back from a restore in place that was begun. Nothing is opened before all nodes have what they had: each step is done on
 * all of them before the next one, and the order goes last, so that a run that is killed is known for what it is.
 */
export function abortRestorePlays({ hosts }: Pick<ClusterContext, 'hosts'>, abort: RestoreAbort): Play[] {
  if (abort.kind === 'nothing')
    return [
      definePlay({
        name: 'nothing to abort',
        hosts: nodesOf(hosts).slice(0, 1),
        tasks: () => [debug('nothing to abort', { message: 'no restore in place is unfinished' })],
      }),
    ]
  const { order } = abort
  return [
    definePlay({
      name: 'old data',
      hosts: abort.hosts,
      anyErrorsFatal: true,
      roles: (host) => {
        const { dataDir, backupDir } = hostVarsOf(host)
        return [restoreUndone({ dataDir, backupDir, order })]
      },
    }),
    definePlay({
      name: `old cluster, ${abort.primary.name} is its primary`,
      hosts: abort.hosts,
      anyErrorsFatal: true,
      roles: (host) => [oldClusterOpens({ dataDir: hostVarsOf(host).dataDir, address: host.address, order })],
    }),
    definePlay({
      name: 'end',
      hosts: abort.hosts,
      anyErrorsFatal: true,
      roles: (host) => [restoreEnded({ dataDir: hostVarsOf(host).dataDir })],
    }),
  ]
}
