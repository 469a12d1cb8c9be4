import {
  type TaskList,
  containers,
  copy,
  defineRole,
  docker,
  file,
  secretValue,
  template,
  z,
} from 'run-playbook'
import {
  CLUSTER_ROLES,
  POOLER,
  POOLER_CONFIG,
  POOLER_STATE,
  nodeRoleVars,
  poolerHbaLines,
  poolerVars,
} from 'run-playbook/cluster'
import { postgresRole } from 'run-playbook/postgres'
import { superuser } from '../postgres-node/tasks.ts'
import { containerHealthy } from '../postgres-node/healthy.ts'
import { poolerLookup } from './lookup.ts'

const CONTAINER = 'pgbouncer'
/** Of the user in the image: nothing else has it. */
const UID = 6432

const vars = nodeRoleVars
  .pick({
    address: true,
    port: true,
    nodes: true,
    network: true,
    clientTls: true,
    clientAccess: true,
    adopt: true,
    server: true,
  })
  .extend({
    pooler: poolerVars.extend({ defaultPoolSize: z.int(), password: secretValue }),
    /** Those that clients may connect to. */
    databases: z.array(z.string()),
    /** What the certificate of PostgreSQL is checked with, in PEM. */
    authority: z.string(),
  })

type Vars = z.output<typeof vars>

/** PgBouncer on a node. The container itself follows the primary: no playbook has to tell it of a promotion. */
export const postgresPooler = defineRole({
  name: 'postgres-pooler',
  tags: ['pooler'],
  vars,
  tasks: (vars) => [
    file('pooler folder', { path: POOLER, state: 'directory', mode: '0700', owner: 'root', group: 'root' }),
    file('pooler configuration folder', { path: POOLER_CONFIG, state: 'directory', mode: '0755' }),
    file('pooler state folder', {
      path: POOLER_STATE,
      state: 'directory',
      mode: '0755',
      owner: UID,
      group: UID,
    }),
    configuration(vars),
    docker(
      'pgbouncer',
      {
        name: CONTAINER,
        image: vars.pooler.image,
        adopt: vars.adopt,
        network: 'host',
        init: true,
        restart: 'unless-stopped',
        user: `${UID}:${UID}`,
        readOnly: true,
        capDrop: ['ALL'],
        securityOpt: ['no-new-privileges'],
        pidsLimit: 64,
        // Time for transactions that are open.
        stopTimeout: 10,
        // A port that is bound stays what it is: this makes the container anew.
        env: { PGBOUNCER_PORT: vars.pooler.listenPort },
        volumes: [
          { source: POOLER_CONFIG, target: '/etc/pgbouncer', readOnly: true },
          { source: POOLER_STATE, target: '/var/lib/run-playbook' },
        ],
        tmpfs: {
          '/run/pgbouncer': 'size=4m,mode=1777',
          // The database's image keeps a volume here; without this Docker would make an empty one each time.
          '/var/lib/postgresql/data': 'size=4k',
        },
        logging: { driver: 'json-file', options: { 'max-size': '5m', 'max-file': '2' } },
      },
      { touches: [containers.at(CONTAINER)] },
    ),
    containerHealthy('pgbouncer answers', { container: CONTAINER }),
  ],
})

function configuration(vars: Vars): TaskList {
  const { address, port, pooler, databases, clientTls, network, nodes } = vars
  const reload = docker.exec(
    'reload PgBouncer',
    { container: CONTAINER, argv: ['pooler', 'reload'] },
    { touches: [containers.at(CONTAINER)] },
  )
  const open = { mode: '0644', owner: 'root', group: 'root' }
  const secret = { mode: '0400', owner: UID, group: UID }
  const tells = { notify: reload, tags: ['config'] }
  const to = (name: string): string => `${POOLER_CONFIG}/${name}`
  return [
    copy('pooler password', { dest: to('password'), content: pooler.password, ...secret }, tells),
    copy('pooler certificate', { dest: to('server.pem'), content: vars.server, ...secret }, tells),
    copy('pooler authority', { dest: to('authority.crt'), content: vars.authority, ...open }, tells),
    copy(
      'pooler nodes',
      { dest: to('nodes'), content: nodes.map((node) => `${node.address}\n`).join(''), ...open },
      tells,
    ),
    copy('pooler port of PostgreSQL', { dest: to('port'), content: `${port}\n`, ...open }, tells),
    copy(
      'pooler databases',
      { dest: to('databases'), content: databases.map((name) => databaseLine(name, port)).join(''), ...open },
      tells,
    ),
    template(
      'pooler hba.conf',
      {
        src: new URL('./templates/hba.conf.hbs', import.meta.url),
        dest: to('hba.conf'),
        vars: {
          own: CLUSTER_ROLES,
          clients: poolerHbaLines(vars.clientAccess, databases, network, clientTls === 'require'),
        },
        ...open,
      },
      tells,
    ),
    template(
      'pgbouncer.ini',
      {
        src: new URL('./templates/pgbouncer.ini.hbs', import.meta.url),
        dest: to('pgbouncer.ini'),
        vars: { address, pooler, conf: '/etc/pgbouncer', run: '/run/pgbouncer' },
        ...open,
      },
      tells,
    ),
  ]
}

// The name, a tab, and what follows the host of the primary.
const databaseLine = (name: string, port: number): string => `${name}\tport=${port} auth_user=pooler\n`

/** On the primary: the role that PgBouncer logs in as to ask for a password, and the function that it asks. */
export const postgresPoolerLogin = defineRole({
  name: 'postgres-pooler-login',
  tags: ['pooler', 'passwords'],
  vars: nodeRoleVars.pick({ address: true, port: true, passwords: true }).extend({
    password: secretValue,
    databases: z.array(z.string()),
  }),
  tasks: (vars) => [
    postgresRole('pooler', { on: superuser(vars), name: 'pooler', password: vars.password, login: true }),
    vars.databases.map((database) =>
      poolerLookup(`lookup in ${database}`, { on: { ...superuser(vars), database }, state: 'present' }),
    ),
  ],
})

/** There is no PgBouncer any more: clients that are connected to it lose their connections. */
export const noPostgresPooler = defineRole({
  name: 'no-postgres-pooler',
  tags: ['pooler'],
  vars: z.strictObject({}),
  tasks: () => [
    docker('no pgbouncer', { name: CONTAINER, state: 'absent' }, { touches: [containers.at(CONTAINER)] }),
    file('no pooler state folder', { path: POOLER_STATE, state: 'absent' }),
    // Last: the next run looks for the password to know that there is something to remove.
    file('no pooler folder', { path: POOLER, state: 'absent' }),
  ],
})

/** Its role is gone from the primary, and what the role could ask. */
export const noPostgresPoolerLogin = defineRole({
  name: 'no-postgres-pooler-login',
  tags: ['pooler'],
  vars: nodeRoleVars
    .pick({ address: true, port: true, passwords: true })
    .extend({ databases: z.array(z.string()) }),
  tasks: (vars) => [
    vars.databases.map((database) =>
      poolerLookup(`no lookup in ${database}`, { on: { ...superuser(vars), database }, state: 'absent' }),
    ),
    postgresRole('no pooler', { on: superuser(vars), name: 'pooler', state: 'absent' }),
  ],
})
