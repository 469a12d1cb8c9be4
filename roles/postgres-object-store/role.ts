import { type TaskList, changed, copy, debug, defineRole, file, secretValue, template, z } from 'run-playbook'
import {
  OBJECT_STORE,
  OBJECT_STORE_CA,
  PGBACKREST,
  SECRETS,
  nodeRoleVars,
  objectStoreVars,
  retentionOptions,
} from 'run-playbook/cluster'
import { objectStoreOwner } from './owner.ts'

const vars = nodeRoleVars.pick({ image: true, address: true, port: true, nodes: true, cores: true }).extend({
  store: objectStoreVars,
  secrets: z.strictObject({ accessKey: secretValue, secretKey: secretValue, cipher: secretValue }),
  /** The system identifier of the cluster. @default none: no node has its data */
  systemId: z.string().optional(),
  /** Backups of a cluster that no node has data of are what is looked for. @default false */
  restoring: z.boolean().default(false),
})

type Vars = z.output<typeof vars>

const TLS_PORT = 8432
const SECRET_FILES = { accessKey: 'access_key', secretKey: 'secret_key', cipher: 'cipher' } as const
const secretFile = (name: string): string => `${SECRETS}/object_store_${name}`
const managed = { mode: '0644', owner: 'root', group: 'root' }

/** What a node needs to ask its object store, and whose its place there is: found out on all nodes before any of them uses it. */
export const postgresObjectStoreOwner = defineRole({
  name: 'postgres-object-store-owner',
  tags: ['backup', 'object-store'],
  vars,
  tasks: (node) => [
    file('secrets folder', { path: SECRETS, state: 'directory', mode: '0700' }),
    file('pgbackrest folder', { path: PGBACKREST, state: 'directory', mode: '0755' }),
    secretFiles(node),
    node.store.ca === undefined
      ? file('no object store authority', { path: OBJECT_STORE_CA, state: 'absent' })
      : copy('object store authority', { dest: OBJECT_STORE_CA, content: node.store.ca, ...managed }),
    configuration(node, `${OBJECT_STORE}.asked`),
    objectStoreOwner('object store', {
      image: node.image,
      systemId: node.systemId ?? '',
      restoring: node.restoring,
    }),
  ],
})

/** The second repository of a node, in an object store: the service that uses it begins when this is there. */
export const postgresObjectStore = defineRole({
  name: 'postgres-object-store',
  tags: ['backup', 'object-store'],
  vars,
  tasks: (node) => configuration(node, OBJECT_STORE),
})

const secretFiles = ({ secrets }: Vars): TaskList =>
  (['accessKey', 'secretKey', 'cipher'] as const).map((name) =>
    copy(`object store ${SECRET_FILES[name].replace('_', ' ')}`, {
      dest: secretFile(SECRET_FILES[name]),
      content: secrets[name],
      mode: '0400',
      owner: 'root',
      group: 'root',
    }),
  )

function configuration({ store, nodes, address, port, cores }: Vars, dest: string): TaskList {
  const [endpoint = '', storePort] = store.endpoint.split(':')
  return [
    template(
      dest === OBJECT_STORE ? 'object store configuration' : 'object store configuration to ask with',
      {
        src: new URL('./templates/object-store.conf.hbs', import.meta.url),
        dest,
        vars: {
          store,
          endpoint,
          port: storePort ?? '',
          ca: store.ca !== undefined,
          name: nodes.find((node) => node.address === address)?.name ?? address,
          retention: retentionOptions(store.retention),
          processes: Math.max(1, Math.floor(cores / 2)),
          stanza: 'main',
          pgPort: port,
          tlsPort: TLS_PORT,
          peers: nodes
            .filter((node) => node.address !== address)
            .map((node, index) => ({ ...node, number: index + 2 })),
        },
        ...managed,
      },
      { tags: ['config'] },
    ),
  ]
}

/** The store is not used any more. What is in it stays: nobody else may have backups as old. */
export const noPostgresObjectStore = defineRole({
  name: 'no-postgres-object-store',
  tags: ['backup', 'object-store'],
  vars: z.strictObject({}),
  tasks: () => {
    const gone = file('no object store configuration', { path: OBJECT_STORE, state: 'absent' })
    return [
      gone,
      file('no object store configuration to ask with', { path: `${OBJECT_STORE}.asked`, state: 'absent' }),
      file('no object store authority', { path: OBJECT_STORE_CA, state: 'absent' }),
      Object.values(SECRET_FILES).map((name) =>
        file(`no object store ${name.replace('_', ' ')}`, { path: secretFile(name), state: 'absent' }),
      ),
      debug(
        'the object store keeps its backups',
        {
          message:
            'objectStore is not set any more: nothing more is copied there. The backups and the WAL in the bucket stay as they are; delete them there when they are not needed any more.',
        },
        { when: changed(gone) },
      ),
    ]
  },
})
