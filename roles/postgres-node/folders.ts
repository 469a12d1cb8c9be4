import { type TaskList, file } from 'run-playbook'
import { BACKUP_SERVER, CONFIG, PGBACKREST, SECRETS, SHARED, type NodeRoleVars } from 'run-playbook/cluster'

/** The folders on the node that its containers mount. */
export const folderTasks = ({ dataDir, backupDir }: NodeRoleVars): TaskList => [
  // Their owner is the image's affair: the entrypoint gives them to its postgres user.
  file('data folder', { path: dataDir, state: 'directory' }),
  file('backup folder', { path: backupDir, state: 'directory' }),
  file('configuration folder', { path: CONFIG, state: 'directory', mode: '0755' }),
  file('pgbackrest folder', { path: PGBACKREST, state: 'directory', mode: '0755' }),
  file('backup server folder', { path: BACKUP_SERVER, state: 'directory', mode: '0755' }),
  file('secrets folder', { path: SECRETS, state: 'directory', mode: '0700' }),
  ['socket', 'state'].map((name) =>
    file(`${name} folder`, { path: `${SHARED}/${name}`, state: 'directory' }),
  ),
  // Whoever can read a lock can hold it, and so stop all backups.
  file('lock folder', { path: `${SHARED}/lock`, state: 'directory', mode: '0700' }),
]
