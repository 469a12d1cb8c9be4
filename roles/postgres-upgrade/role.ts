import { type TaskList, copy, defineRole, file, shell, z } from 'run-playbook'
import {
  UPGRADE_ORDER,
  nodeRoleVars,
  upgradeMark,
  upgradeOrderSchema,
  upgradeOrderText,
} from 'run-playbook/cluster'
import { nodeAccepts, nodeContainer } from '../postgres-node/container.ts'
import { superuser } from '../postgres-node/tasks.ts'
import { backupFree } from '../postgres-node/backup-free.ts'
import { rehearsalResult, rehearsed } from './rehearsed.ts'
import * as scripts from './scripts.ts'

const DAY_MS = 24 * 3_600_000
/** How long an upgrade waits for a backup that is running. */
const BACKUP_SECONDS = 120

/** One rehearsal of an upgrade to another major version, in a throwaway container. Nothing of the cluster is changed. */
export const postgresRehearsal = defineRole({
  name: 'postgres-rehearsal',
  vars: z.strictObject({
    to: z.int(),
    /** The image with the new version. */
    image: z.string(),
    backupDir: z.string(),
    drillDir: z.string(),
    /** Settings that the new version has to know. */
    settings: z.array(z.string()).readonly(),
  }),
  tasks: (rehearsal) => [rehearsed('rehearsal', rehearsal), rehearsalResult('result', {})],
})

const vars = z.strictObject({ dataDir: z.string(), backupDir: z.string(), order: upgradeOrderSchema })
const nodeVars = nodeRoleVars.extend({ order: upgradeOrderSchema })

const owned = { mode: '0644', owner: 'root', group: 'root' }

/** Says this of the upgrade, beside the data. */
const mark = (
  title: string,
  { dataDir, order: { id } }: scripts.Places,
  ...name: Parameters<typeof upgradeMark>
): TaskList => [copy(title, { dest: scripts.markPath(dataDir, ...name), content: `${id}\n`, ...owned })]

/** Every node of a cluster that is going to be upgraded: it knows why. */
export const upgradeBegun = defineRole({
  name: 'upgrade-begun',
  vars,
  tasks: ({ dataDir, order }) => [
    copy('order', { dest: `${dataDir}/${UPGRADE_ORDER}`, content: upgradeOrderText(order), ...owned }),
  ],
})

/** The primary, while it is open: all that can be done before it stops. */
export const upgradePrepared = defineRole({
  name: 'upgrade-prepared',
  vars: nodeVars.extend({ running: z.boolean() }),
  tasks: (vars) => [
    shell('new cluster beside the old one', {
      script: scripts.prepare(vars),
      unless: scripts.isPrepared(vars),
      timeoutMs: 900_000,
    }),
    vars.running && backupFree('no backup', { on: superuser(vars), seconds: BACKUP_SECONDS }),
  ],
})

/** The primary, from where on nobody can write. */
export const upgradeStops = defineRole({
  name: 'upgrade-stops',
  vars,
  tasks: (vars) => [
    shell('stop: clients cannot write until the new version is open', {
      script: scripts.stop(vars),
      unless: scripts.isStopped(vars),
      timeoutMs: 300_000,
    }),
  ],
})

/** The primary: its data are upgraded, and the old ones kept. */
export const postgresUpgraded = defineRole({
  name: 'postgres-upgraded',
  vars,
  tasks: (vars) => [
    shell('pg_upgrade', {
      script: scripts.upgrade(vars),
      unless: scripts.isMarked(vars, 'upgraded'),
      timeoutMs: DAY_MS,
    }),
  ],
})

/** A replica: nothing of what it has is in the way of a copy, and nothing of it is lost. */
export const upgradeSetAside = defineRole({
  name: 'upgrade-set-aside',
  vars,
  tasks: (vars) => [
    shell('old data', { script: scripts.setAside(vars), unless: scripts.isKept(vars), timeoutMs: 600_000 }),
  ],
})

/** The primary accepts connections again. What is written from now on an abort loses. */
export const upgradeOpens = defineRole({
  name: 'upgrade-opens',
  vars: nodeVars,
  tasks: (vars) => [
    shell('no other server runs', { script: scripts.mayOpen(vars) }),
    mark('from here on an abort loses what is written', vars, 'opened'),
    nodeContainer(vars),
    nodeAccepts(vars, 'primary'),
  ],
})

/** Statistics are not taken along below 18. */
export const upgradeStatistics = defineRole({
  name: 'upgrade-statistics',
  vars,
  tasks: (vars) => [
    shell('statistics', {
      script: scripts.analyze(vars),
      unless: scripts.isMarked(vars, 'analyzed'),
      timeoutMs: DAY_MS,
    }),
  ],
})

/** All is done; the old data are kept. */
export const upgradeDone = defineRole({
  name: 'upgrade-done',
  vars,
  tasks: (vars) => [
    file('no old programs', { path: scripts.PROGRAMS, state: 'absent' }),
    mark('done', vars, 'done'),
  ],
})

/** A node of a cluster whose upgrade is aborted: it has what it had before. */
export const upgradeUndone = defineRole({
  name: 'upgrade-undone',
  vars,
  tasks: (vars) => [
    mark('abort', vars, 'aborting'),
    shell('old data and old repository back', { script: scripts.goBack(vars), timeoutMs: DAY_MS }),
  ],
})

/** The primary of the old version may open again. */
export const upgradeOpensAgain = defineRole({
  name: 'upgrade-opens-again',
  vars,
  tasks: (vars) => [shell('no other server runs', { script: scripts.mayOpen(vars) })],
})

/** From here on there is no way back. */
export const upgradeLetsGo = defineRole({
  name: 'upgrade-lets-go',
  vars,
  tasks: (vars) => mark('point of no return: the old data are removed', vars, 'finishing'),
})

/** The old data are removed. */
export const upgradeOldDataGone = defineRole({
  name: 'upgrade-old-data-gone',
  vars,
  tasks: (vars) => [
    shell('no old data', {
      script: scripts.letGo(vars),
      unless: `! ${scripts.isKept(vars)}`,
      timeoutMs: DAY_MS,
    }),
  ],
})

/** The upgrade is over, or was aborted. The order goes last but for what means nothing without it. */
export const upgradeEnded = defineRole({
  name: 'upgrade-ended',
  vars,
  tasks: ({ dataDir }) => [
    file('no old programs', { path: scripts.PROGRAMS, state: 'absent' }),
    (['upgraded', 'opened', 'alone', 'analyzed', 'done'] as const).map((name) =>
      file(`no mark ${name}`, { path: scripts.markPath(dataDir, name), state: 'absent' }),
    ),
    file('no order', { path: `${dataDir}/${UPGRADE_ORDER}`, state: 'absent' }),
    (['aborting', 'finishing'] as const).map((name) =>
      file(`no mark ${name}`, { path: scripts.markPath(dataDir, name), state: 'absent' }),
    ),
  ],
})
