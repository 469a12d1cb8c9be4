import { defineRole, docker, file, shell } from 'run-playbook'
import { PGBACKREST, PRIVILEGES, SECRETS } from 'run-playbook/cluster'
import * as scripts from './scripts.ts'
import { DAY_MS, LOCK, places, vars } from './vars.ts'

/** A copy of the cluster in a container that only its socket leads to. */
export const restoredCopy = defineRole({
  name: 'restored-copy',
  vars,
  tasks: (node) => {
    const { image, backupDir, restoreDir, order } = node
    const from = scripts.fromRepository(order)
    const report = `${restoreDir}/restore.report`
    return [
      file('folder', { path: restoreDir, state: 'directory' }),
      order.repository === 'object-store' && file('backup folder', { path: backupDir, state: 'directory' }),
      file('secrets folder', { path: SECRETS, state: 'directory', mode: '0700' }),
      file('lock folder', { path: LOCK, state: 'directory' }),
      shell('repository belongs to postgres', {
        script: scripts.own(places(node)),
        unless: scripts.owned(places(node)),
      }),
      docker('copy', {
        name: 'postgres-restore',
        image,
        adopt: node.adopt,
        command: ['restore', 'copy', `--as=${order.id}`, ...from.options, ...order.options],
        // PostgreSQL listens on its socket only, whatever network there is.
        network: from.network,
        init: true,
        restart: 'no',
        shmSize: '256m',
        stopSignal: 'SIGINT',
        stopTimeout: 60,
        healthcheck: 'none',
        volumes: [
          { source: restoreDir, target: '/var/lib/postgresql/data' },
          { source: backupDir, target: '/var/lib/pgbackrest', readOnly: true },
          { source: SECRETS, target: '/run/secrets', readOnly: true },
          { source: LOCK, target: '/tmp/pgbackrest' },
          ...(order.repository === 'object-store'
            ? [{ source: PGBACKREST, target: '/etc/pgbackrest', readOnly: true }]
            : []),
        ],
        tmpfs: { '/run/run-playbook': 'size=64m,mode=0700' },
        ...PRIVILEGES,
      }),
      shell('recovered', {
        script: scripts.waitForCopy(report, order.id),
        unless: scripts.isDone(report, order.id),
        timeoutMs: DAY_MS,
      }),
    ]
  },
})
