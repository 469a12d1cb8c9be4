import { type Task, type TaskList, copy, template } from 'run-playbook'
import { CONFIG, SECRETS, hbaLines, tune, type NodeRoleVars, slotName } from 'run-playbook/cluster'
import { backupServerFiles } from './backup-server.ts'
import { pgbackrestConfig } from './pgbackrest.ts'
import { folderTasks } from './folders.ts'
import { clientAuthority, serverCertificate } from './server-certificate.ts'

const managed = { mode: '0644', owner: 'root', group: 'root' }
const secret = { mode: '0400', owner: 'root', group: 'root' }

/** A node's folders, secrets and configuration. `reload` is notified when PostgreSQL has to read it again. */
export function nodeFiles(vars: NodeRoleVars, reload: Task): TaskList {
  return [
    folderTasks(vars),
    passwordFiles(vars),
    nodeConfig(vars, reload),
    pgbackrestConfig(vars),
    backupServerFiles(vars),
  ]
}

/** The passwords that the container reads when it starts, and that {@link passfile} has it read again. */
export function passwordFiles({ passwords }: NodeRoleVars): TaskList {
  const { postgres, replicator, rewinder, basebackup } = passwords
  const password = (name: string, path: string, content: typeof postgres) =>
    copy(name, { dest: `${SECRETS}/${path}`, content, ...secret })
  return [
    password('superuser password', 'postgres_password', postgres),
    password('replication password', 'replication_password', replicator),
    password('rewind password', 'rewind_password', rewinder),
    password('base backup password', 'basebackup_password', basebackup),
  ]
}

/**
 * The operator's word on who is primary. PostgreSQL hands the statement on to whoever may replicate, also where the node that was
 * promoted is down; the key is what a node checks with that the statement of another one is not made up.
 */
export function promotionFiles({ promotion }: NodeRoleVars, reload: Task): TaskList {
  return [
    copy('promotion key', { dest: `${CONFIG}/promotion.pub`, content: promotion.publicKey, ...managed }),
    copy(
      'promotion statement',
      {
        dest: `${CONFIG}/promotion.conf`,
        content: `# Managed by run-playbook. System identifier, timeline and address of the last promotion, signed by the operator.
run_playbook.promotion = '${promotion.statement}'
`,
        ...managed,
      },
      { notify: reload, tags: ['config'] },
    ),
  ]
}

/** What PostgreSQL and its entrypoint read: the same for primary and replica, so that a promotion changes an address only. */
export function nodeConfig(vars: NodeRoleVars, reload: Task): TaskList {
  const {
    address,
    port,
    nodes,
    network,
    clientTls,
    primary,
    maxConnections,
    capacity,
    synchronous,
    maxSlotWalKeepSize,
  } = vars
  const tuning = tune(vars)
  return [
    // Read by the entrypoint. Not variables: those would make a new container of every promotion, and for every new node.
    copy('primary', { dest: `${CONFIG}/primary`, content: `${primary}\n`, ...managed }),
    copy('peers', {
      dest: `${CONFIG}/peers`,
      content: nodes.map((node) => `${node.address}\n`).join(''),
      ...managed,
    }),
    promotionFiles(vars, reload),
    // Before the configuration that names it: PostgreSQL does not start without.
    serverCertificate(vars, reload),
    clientAuthority(vars, reload),
    template(
      'postgresql.conf',
      {
        src: new URL('./templates/postgresql.conf.hbs', import.meta.url),
        dest: `${CONFIG}/postgresql.conf`,
        vars: {
          address,
          port,
          primary,
          maxConnections,
          capacity: {
            ...capacity,
            max_worker_processes: capacity.max_worker_processes ?? tuning.maxWorkerProcesses,
          },
          synchronous,
          maxSlotWalKeepSize,
          clientAuthority: vars.clientAuthority,
          slot: slotName(address),
          slots: nodes.map((node) => slotName(node.address)),
          tuning,
        },
        ...managed,
      },
      { notify: reload, tags: ['config'] },
    ),
    template(
      'pg_hba.conf',
      {
        src: new URL('./templates/pg_hba.conf.hbs', import.meta.url),
        dest: `${CONFIG}/pg_hba.conf`,
        vars: {
          address,
          nodes,
          network,
          pooler: vars.pooler,
          tlsOnly: clientTls === 'require',
          clients: hbaLines(vars.clientAccess, network, clientTls === 'require'),
        },
        ...managed,
      },
      { notify: reload, tags: ['config'] },
    ),
  ]
}
