import { copy, defineRole, docker, file, secretValue, sh, shell, z } from 'run-playbook'
import { SECRETS, SHARED } from '../postgres-node/places.ts'
import { orderSchema, orderText } from './order.ts'
import * as scripts from './scripts.ts'

const DAY_MS = 24 * 3_600_000

const vars = z.strictObject({
  image: z.string(),
  dataDir: z.string(),
  backupDir: z.string(),
  restoreDir: z.string(),
  order: orderSchema,
})

/** Shared with the backup service: nothing is expired that is being restored. */
const LOCK = `${SHARED}/lock`

const places = (node: z.output<typeof vars>) => ({ ...node, secrets: SECRETS, lock: LOCK })

/** The primary, before it is too late: a named place to restore to. */
export const restorePoint = defineRole({
  name: 'restore-point',
  vars: z.strictObject({ name: z.string() }),
  tasks: ({ name }) => [shell('restore point', { script: scripts.setPoint(name) }, { touches: [] })],
})

/** The node whose repository is used, until it has what the primary wrote. */
export const archivedUpToNow = defineRole({
  name: 'archived-up-to-now',
  vars: z.strictObject({ primary: z.string(), backupDir: z.string() }),
  tasks: ({ primary, backupDir }) => [
    shell('WAL in the repository', { script: scripts.waitForArchive(primary, backupDir) }, { touches: [] }),
  ],
})

/** Every node of a cluster that is going to be taken back: it knows why, and stands still. */
export const restoreBegun = defineRole({
  name: 'restore-begun',
  vars,
  tasks: ({ dataDir, order }) => [
    file('data folder', { path: dataDir, state: 'directory' }),
    copy('order', {
      dest: scripts.orderPath(dataDir),
      content: orderText(order),
      mode: '0644',
      owner: 'root',
      group: 'root',
    }),
    shell('stop', { script: scripts.STOP(dataDir, order), unless: scripts.STOPPED }),
  ],
})

/** Without its key nobody reads an encrypted repository. */
export const repositoryKey = defineRole({
  name: 'repository-key',
  vars: z.strictObject({ cipher: secretValue }),
  tasks: ({ cipher }) => [
    file('secrets folder', { path: SECRETS, state: 'directory', mode: '0700' }),
    copy('pgbackrest cipher', {
      dest: `${SECRETS}/pgbackrest_cipher`,
      content: cipher,
      mode: '0400',
      owner: 'root',
      group: 'root',
    }),
  ],
})

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
    shell('restore', {
      script: scripts.restoreNew(places(node), node.order),
      unless: scripts.isDone(`${node.dataDir}/restore.report`, node.order.id),
      timeoutMs: DAY_MS,
    }),
  ],
})

/** Every other node: nothing of what it had is in the way of the new cluster, and nothing of it is lost. */
export const setAside = defineRole({
  name: 'set-aside',
  vars,
  tasks: ({ dataDir, backupDir, order }) => [
    shell('old data and old repository', {
      script: scripts.setAside(dataDir, backupDir, order),
      unless: scripts.isAside(dataDir, order.id),
      timeoutMs: DAY_MS,
    }),
  ],
})

/** The restore is over. */
export const restoreEnded = defineRole({
  name: 'restore-ended',
  vars: vars.pick({ dataDir: true }),
  tasks: ({ dataDir }) => [
    file('no mark', { path: `${dataDir}/restore.aside`, state: 'absent' }),
    file('no order', { path: scripts.orderPath(dataDir), state: 'absent' }),
  ],
})

/** A copy of the cluster in a container that only its socket leads to. */
export const restoredCopy = defineRole({
  name: 'restored-copy',
  vars,
  tasks: (node) => {
    const { image, backupDir, restoreDir, order } = node
    const report = `${restoreDir}/restore.report`
    return [
      file('folder', { path: restoreDir, state: 'directory' }),
      file('secrets folder', { path: SECRETS, state: 'directory', mode: '0700' }),
      file('lock folder', { path: LOCK, state: 'directory' }),
      shell('repository belongs to postgres', {
        script: scripts.own(places(node)),
        unless: scripts.owned(places(node)),
      }),
      docker('copy', {
        name: 'postgres-restore',
        image,
        command: ['restore', 'copy', `--as=${order.id}`, ...order.options],
        network: 'none',
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
        ],
        tmpfs: { '/run/run-playbook': 'size=64m,mode=0700' },
      }),
      shell('recovered', {
        script: scripts.waitForCopy(report, order.id),
        unless: scripts.isDone(report, order.id),
        timeoutMs: DAY_MS,
      }),
    ]
  },
})

/** The copy is not needed any more. What else somebody keeps in that folder is theirs. */
export const noRestoredCopy = defineRole({
  name: 'no-restored-copy',
  vars: vars.pick({ restoreDir: true }),
  tasks: ({ restoreDir }) => [
    docker('no copy', { name: 'postgres-restore', state: 'absent' }),
    ['pgdata', 'restore.report', 'restore.report.new'].map((name) =>
      file(`no ${name}`, { path: `${restoreDir}/${name}`, state: 'absent' }),
    ),
    shell('no empty folder', { script: sh`rmdir ${restoreDir}`, unless: scripts.keptFolder(restoreDir) }),
  ],
})
