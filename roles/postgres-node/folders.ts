import { type TaskList, debug, file } from 'run-playbook'
import { BACKUP_SERVER, CONFIG, PGBACKREST, SECRETS, SHARED, type NodeRoleVars } from 'run-playbook/cluster'

/** The folders on the node that its containers mount. */
export const folderTasks = ({ dataDir, backupDir, privateDirs, openDirs }: NodeRoleVars): TaskList => [
  // What belongs to postgres in a container belongs to a number, which a user or a group of the host may have as well. Containers
  // mount what is below these folders, so that only users of the host have to come through them.
  privateDirs.map((path) => file(`only root enters ${path}`, { path, state: 'directory', ...rootAlone })),
  file('shared folder', { path: SHARED, state: 'directory', ...rootAlone }),
  openDirs.map((open) => debug(`users may enter ${open.path}`, { message: openWords(open) })),
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

const rootAlone = { mode: '0700', owner: 'root', group: 'root' }

const openWords = ({ path, because, advice }: NodeRoleVars['openDirs'][number]): string =>
  `${path} stays open to users of the host, because ${because}. A user or group of the host with the number of postgres in the container can read the data or backups in it: ${advice}`
