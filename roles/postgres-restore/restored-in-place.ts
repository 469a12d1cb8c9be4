import { copy, defineRole, file, secretValue, shell } from 'run-playbook'
import { SECRETS } from 'run-playbook/cluster'
import * as scripts from './scripts.ts'
import { DAY_MS, LOCK, places, vars } from './vars.ts'

/** The node that gets the cluster back first. */
export const restoredInPlace = defineRole({
  name: 'restored-in-place',
  vars: vars.extend({ password: secretValue }),
  tasks: ({ password, ...node }) => [
    file('secrets folder', { path: SECRETS, state: 'directory', mode: '0700' }),
    // The backup may be of a time when it was another one.
    copy('superuser password', {
      dest: `${SECRETS}/postgres_password`,
      content: password,
      mode: '0400',
      owner: 'root',
      group: 'root',
    }),
    file('lock folder', { path: LOCK, state: 'directory' }),
    // The one on its disk was passed over, and must not be gone on with.
    node.order.repository === 'object-store' && [
      file('backup folder', { path: node.backupDir, state: 'directory' }),
      shell('old repository', {
        script: scripts.repositoryAside(node.backupDir, node.order),
        unless: scripts.isRepositoryAside(node.backupDir, `${node.dataDir}/restore.report`, node.order.id),
        timeoutMs: DAY_MS,
      }),
    ],
    shell('restore', {
      script: scripts.restoreNew(places(node), node.order),
      unless: scripts.isDone(`${node.dataDir}/restore.report`, node.order.id),
      timeoutMs: DAY_MS,
    }),
  ],
})
