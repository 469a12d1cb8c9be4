import { Secret } from '../../../lib/core/secret.ts'
import { nodeFact } from '../../../lib/cluster/facts/node.ts'
import { statusFact } from '../../../lib/cluster/report/fact.ts'
import { restoreFact } from '../../../lib/cluster/restore/fact.ts'
import { livingFact } from '../../../lib/cluster/adopt/living.ts'
import { upgradeFact } from '../../../lib/cluster/upgrade/fact.ts'
import { foundSecrets } from '../../../lib/cluster/secrets/found.ts'
import { jobsQuestion } from '../../../lib/engine/run/job/job.ts'
import { owedQuestions } from '../../../lib/engine/run/ledger.ts'
import { readRepository } from '../../../lib/pgbackrest/modules/read-repository.ts'
import { pgbackrest } from '../../../lib/pgbackrest/modules/index.ts'
import {
  postgresDatabase,
  postgresQuery,
  postgresRole,
  postgresSettings,
  postgresSlot,
  waitForPostgres,
} from '../../../lib/postgres/modules/index.ts'
import { overlayReachable } from '../../../roles/overlay-check/module.ts'
import { drillNow, drillResult } from '../../../roles/postgres-drill/module.ts'
import { imageContents } from '../../../roles/postgres-image/contents.ts'
import { dockerComplete } from '../../../roles/postgres-image/docker-complete.ts'
import { postgresNumber } from '../../../roles/postgres-image/number.ts'
import { repositoryCipher } from '../../../roles/postgres-node/cipher.ts'
import { leftoverSlots } from '../../../roles/postgres-node/leftover-slots.ts'
import { passfile } from '../../../roles/postgres-node/passfile.ts'
import { objectStoreOwner } from '../../../roles/postgres-object-store/owner.ts'
import { poolerLookup } from '../../../roles/postgres-pooler/lookup.ts'
import { followed } from '../../../roles/postgres-primary/followed.ts'
import { backupFree } from '../../../roles/postgres-node/backup-free.ts'
import { handedOver } from '../../../roles/postgres-promote/handed-over.ts'
import { promoted } from '../../../roles/postgres-promote/promoted.ts'
import { rejoined } from '../../../roles/postgres-replica/rejoined.ts'
import { containerHealthy } from '../../../roles/postgres-node/healthy.ts'
import { rehearsalResult, rehearsed } from '../../../roles/postgres-upgrade/rehearsed.ts'
import { a } from '../cluster/nodes.ts'
import { type Asking, ofProbe, ofTask } from './asking.ts'

const on = { host: '10.88.0.11', password: new Secret('postgres', 'a password') }
const address = '10.88.0.11'
const dataDir = '/data/postgres'
const place = { container: 'postgres' }

const TASKS = {
  database: () => postgresDatabase('x', { on, name: 'app', owner: 'app', extensions: ['hstore'] }),
  databaseAbsent: () => postgresDatabase('x', { on, name: 'app', state: 'absent', force: true }),
  query: () => postgresQuery('x', { on, sql: 'SELECT 1' }),
  role: () =>
    postgresRole('x', {
      on,
      name: 'app',
      memberOf: [],
      settings: {},
      comment: 'x',
      executes: ['pg_switch_wal()'],
      password: new Secret('app', 'another password'),
    }),
  settings: () => postgresSettings('x', { on }),
  slot: () => postgresSlot('x', { on, name: 'made', type: 'physical', state: 'absent' }),
  waitForPostgres: () => waitForPostgres('x', { container: 'postgres', host: address }),
  stanza: () => pgbackrest.stanza('x', { ...place, upgrade: true }),
  backup: () => pgbackrest.backup('x', { ...place, policy: { full: '7d', diff: '1d' } }),
  check: () => pgbackrest.check('x', place),
  verify: () => pgbackrest.verify('x', place),
  expire: () => pgbackrest.expire('x', place),
  restore: () => pgbackrest.restore('x', { ...place, to: '/x', overwrite: true }),
  overlayReachable: () => overlayReachable('x', { address, peers: ['10.88.0.12', '10.88.0.13'] }),
  drillNow: () => drillNow('x', {}),
  drillResult: () => drillResult('x', {}),
  rehearsed: () =>
    rehearsed('x', { to: 17, image: 'x', backupDir: '/data/backups', drillDir: '/data/drill', settings: [] }),
  rehearsalResult: () => rehearsalResult('x', {}),
  imageContents: () => imageContents('x', { image: 'run-playbook/postgres:17', dataDir }),
  postgresNumber: () => postgresNumber('x', { image: 'run-playbook/postgres:17', dataDir }),
  dockerComplete: () => dockerComplete('x', { names: ['docker.io'] }),
  repositoryCipher: () => repositoryCipher('x', { backupDir: '/data/backups', encrypt: true }),
  objectStoreOwner: () => objectStoreOwner('x', { image: 'x', systemId: '7001', restoring: false }),
  leftoverSlots: () => leftoverSlots('x', { on, keep: [] }),
  poolerLookup: () => poolerLookup('x', { on, state: 'present' }),
  passfile: () => passfile('x', { primary: '10.88.0.12' }),
  followed: () => followed('x', { on, replicas: 3 }),
  backupFree: () => backupFree('x', { on, seconds: 1 }),
  handedOver: () =>
    handedOver('x', {
      address,
      port: 5432,
      dataDir,
      image: 'x',
      successor: 'node-b',
      successorAddress: '10.88.0.12',
    }),
  promoted: () => promoted('x', { on, slots: ['node_10_88_0_12'], from: 'node-b' }),
  rejoined: () =>
    rejoined('x', { way: 'rewind', because: 'x', dataDir, primary: '10.88.0.12', container: 'postgres' }),
  containerHealthy: () => containerHealthy('x', { container: 'postgres-status' }),
}

type Context = Parameters<typeof restoreFact.probe>[1]
const context = { vars: {}, reachedAt: () => undefined } as unknown as Context

const FACTS = {
  'the fact of a node': () => nodeFact.probe(a, context),
  'the status of a node': () => statusFact.probe(a, context),
  'what can be restored': () => restoreFact.probe(a, context),
  'a node that is adopted': () => livingFact.probe(a, context),
  'what an upgrade meets': () => upgradeFact.probe(a, context),
  'secrets of a node': () => foundSecrets.probe(a, context),
  'what a repository has': () => readRepository(),
  'jobs in the background': () => ({
    questions: [jobsQuestion],
    parse: ([jobs]: readonly unknown[]) => jobs,
  }),
  'handlers that are owed': () => ({
    questions: owedQuestions([], [{ user: 'root' } as Parameters<typeof owedQuestions>[1][number]]).map(
      ({ question }) => question,
    ),
    parse: ([ids]: readonly unknown[]) => ids,
  }),
}

/** What the cluster, its roles and the engine ask. */
export const CLUSTER: Readonly<Record<string, () => Asking>> = Object.fromEntries<() => Asking>([
  ...Object.entries(TASKS).map(([name, task]) => [name, () => ofTask(task())] as const),
  ...Object.entries(FACTS).map(([name, probe]) => [name, () => ofProbe(probe())] as const),
])
