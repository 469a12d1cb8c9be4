import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { killNode, restartNode } from '../../docker/lab/lab.ts'
import { another, assertHealthy, failOver, healthyCluster, pause, primaryNow } from './cluster.ts'
import { writeInventory } from './inventory.ts'
import { compare, startLoad } from './load/load.ts'
import { onNetworkOf } from './network.ts'
import { addressOf, statusOf } from './service.ts'
import { DIR, NODES, explain, lab, onNode, psql, run, runJson, until } from './support.ts'

const PORT = 6432

describe('PgBouncer on every node', function () {
  this.timeout(900_000)
  let inventory: string
  let password: string

  const secrets = async (...args: string[]): Promise<string> => {
    const env = { ...process.env, RUN_PLAYBOOK_STATE: `${DIR}/.run-playbook` }
    return (await promisify(execFile)(process.execPath, ['bin/run-playbook.js', 'secrets', ...args], { env }))
      .stdout
  }
  const site = async (...args: string[]) => {
    const outcome = await runJson('site', '--inventory', inventory, ...args)
    assert.equal(outcome.code, 0, explain(outcome))
    return outcome
  }
  /** What psql says through the pooler of a node, be it an error. */
  const through = (node: string, sql: string, secret = password, more = 'user=app dbname=app') =>
    onNode(
      node,
      `docker exec -e PGPASSWORD='${secret}' postgres psql -XAtqw "host=${addressOf(node)} port=${PORT} connect_timeout=20 ${more}" -c "${sql}" 2>&1 || true`,
    )
  const leadsTo = (primary: string, nodes: readonly string[] = NODES) =>
    Promise.all(
      nodes.map((node) =>
        until(`${node} sends clients to ${primary}`, async () => {
          const found = await through(node, 'SELECT host(inet_server_addr())')
          if (found === addressOf(primary)) return true
          throw new Error(found)
        }),
      ),
    )
  /** Clients that are connected through these nodes, and stay. */
  const idle = async (from: string, nodes: readonly string[]) => {
    const program = [process.execPath, '--import', 'tsx', join(import.meta.dirname, 'load/idle.ts')]
    const args = [nodes.map(addressOf).join(','), `${PORT}`, 'app']
    const child = await onNetworkOf(from, [...program, ...args], { PGPASSWORD: password })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    assert.equal((await lines.next()).value, 'connected')
    return {
      ask: async (): Promise<string[]> => {
        child.stdin.write('\n')
        const { value } = (await lines.next()) as { value: string }
        return JSON.parse(value) as string[]
      },
      end: () => child.stdin.end(),
    }
  }
  const warned = async (node: string) =>
    (await statusOf(node)).warnings.map(({ code }) => code).filter((code) => code.startsWith('pooler'))
  const quiet = () =>
    Promise.all(
      NODES.map((node) => until(`${node} warns of nothing`, async () => (await warned(node)).length === 0)),
    )

  before(async () => {
    await healthyCluster()
    const primary = await primaryNow()
    await psql(
      primary,
      'DROP TABLE IF EXISTS rows; CREATE TABLE rows (id text); ALTER TABLE rows OWNER TO app',
      'app',
    )
    password = (await secrets('get', 'postgres.app')).trim()
    inventory = writeInventory('pooler-inventory.ts', [
      /groups: \{\s*postgres: \{ /,
      'groups: { postgres: { vars: { pooler: { maxClientConn: 200 } }, ',
    ])
  })
  after(async () => {
    // Who comes next finds the cluster as it was.
    await runJson('site')
  })

  it('is made by site without a restart of PostgreSQL, and leads to the primary through each node', async () => {
    const started = () => Promise.all(NODES.map((node) => psql(node, 'SELECT pg_postmaster_start_time()')))
    const before = await started()
    await site('--check')
    await site()
    assert.deepEqual(await started(), before)
    await leadsTo(await primaryNow())
    assert.deepEqual((await site()).with('changed', 'failed'), [])
    await quiet()
  })

  it('is confined as the other containers are', async () => {
    for (const node of NODES) {
      const [host = '', user] = (
        await onNode(node, `docker container inspect -f '{{json .HostConfig}} {{.Config.User}}' pgbouncer`)
      ).split(/ (?=\d+:\d+$)/)
      const { ReadonlyRootfs, CapDrop, SecurityOpt, PidsLimit } = JSON.parse(host) as Record<string, unknown>
      assert.deepEqual(
        [ReadonlyRootfs, CapDrop, SecurityOpt, PidsLimit, user],
        [true, ['ALL'], ['no-new-privileges'], 64, '6432:6432'],
      )
      assert.equal(
        await onNode(node, `ss -Hltn 'sport = :${PORT}' | tr -s ' ' | cut -d ' ' -f 4`),
        `${addressOf(node)}:${PORT}`,
      )
    }
  })

  it('lets in nobody whom PostgreSQL would not, and no superuser', async () => {
    const superuser = (await secrets('get', 'postgres.superuser')).trim()
    const own = (await secrets('get', 'postgres.pooler')).trim()
    const refused = async (words: RegExp, secret: string, more: string) => {
      const said = await through('node-b', 'SELECT current_user', secret, more)
      assert.match(said, words, `${more}: ${said}`)
    }
    await refused(/authentication failed/, 'wrong', 'user=app dbname=app')
    await refused(/rejected|authentication failed|no such user/, superuser, 'user=postgres dbname=app')
    await refused(/rejected|authentication failed|no such user/, own, 'user=pooler dbname=app')
    await refused(
      /no such database|rejected|authentication failed|no authentication method/,
      password,
      'user=app dbname=postgres',
    )
    await refused(
      /rejected|authentication failed|not allowed|no authentication method/,
      password,
      'user=app dbname=pgbouncer',
    )
  })

  it('loses no idle client and no acknowledged commit in a planned promotion', async () => {
    const from = await primaryNow()
    const to = another(from)
    const clients = await idle(from, NODES)
    assert.deepEqual(new Set(await clients.ask()), new Set([addressOf(from)]))
    const load = await startLoad(another(from, to), 4, { port: PORT, user: 'app', password })
    await pause(2_000)
    const promote = await runJson('promote', '--inventory', inventory, '-e', `to=${to}`)
    await pause(500)
    const report = await load.stop()
    assert.equal(promote.code, 0, explain(promote))
    assert.deepEqual(
      await clients.ask(),
      NODES.map(() => addressOf(to)),
    )
    clients.end()
    const { lost, doubled } = await compare(to, report, 'app')
    assert.deepEqual({ lost, doubled }, { lost: [], doubled: 0 })
    assert.ok(report.acknowledged.length > 50, 'the load wrote next to nothing')
    console.log(
      `    ${from} → ${to}: ${report.acknowledged.length} commits, none lost; 4 writers saw ${report.unanswered} errors; writes waited ${report.longestGapMs} ms`,
    )
    await leadsTo(to)
    await quiet()
  })

  it('loses no idle client when the primary is lost, and follows on the node that comes back', async () => {
    await site('-e', 'synchronous=true')
    const lost = await primaryNow()
    const others = NODES.filter((node) => node !== lost)
    const [one = '', two = ''] = others
    const clients = await idle(one, others)
    assert.deepEqual(new Set(await clients.ask()), new Set([addressOf(lost)]))
    const load = await startLoad(two, 4, { port: PORT, user: 'app', password })
    await pause(2_000)
    await killNode(await lab(), lost)
    await until('the poolers hold their clients', async () => (await warned(one)).includes('pooler-held'))
    const to = await failOver(one, two, '--inventory', inventory, '-e', 'synchronous=true')
    assert.deepEqual(
      await clients.ask(),
      others.map(() => addressOf(to)),
    )
    await pause(2_000)
    const report = await load.stop()
    clients.end()
    const { lost: missing, doubled } = await compare(to, report, 'app')
    assert.deepEqual({ missing, doubled }, { missing: [], doubled: 0 })
    console.log(
      `    ${lost} lost: ${report.acknowledged.length} commits, none lost; 4 writers saw ${report.unanswered} errors; writes waited ${report.longestGapMs} ms`,
    )
    await restartNode(await lab(), lost)
    // Nobody told it: its container asks by itself.
    await leadsTo(to)
    await site()
    await quiet()
  })

  it('takes a password that was rotated at once, and its own without losing a client', async () => {
    const primary = await primaryNow()
    const before = password
    await secrets('rotate', 'postgres.app')
    await secrets('rotate', 'postgres.pooler')
    assert.match(await secrets('list'), /postgres\.pooler/)
    const clients = await idle(primary, NODES)
    await site()
    password = (await secrets('get', 'postgres.app')).trim()
    assert.deepEqual(
      await clients.ask(),
      NODES.map(() => addressOf(primary)),
    )
    clients.end()
    for (const node of NODES) {
      assert.equal(await through(node, 'SELECT current_user'), 'app')
      assert.match(await through(node, 'SELECT current_user', before), /authentication failed/)
      await psql(
        primary,
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'pooler'",
      )
      await until(
        `${node} logs in with its new password`,
        async () => (await through(node, 'SELECT current_user')) === 'app',
      )
    }
  })

  it('is told of in the status, and the status tells when it is down', async () => {
    const clients = await idle('node-a', NODES)
    await clients.ask()
    await until(
      'the status counts the client',
      async () => ((await statusOf('node-b')).pooler?.clientsActive ?? 0) > 0,
    )
    const status = await run('status', '--inventory', inventory)
    assert.match(status.stdout, /1\/200/, explain(status))
    clients.end()
    await onNode('node-c', 'docker stop pgbouncer')
    await until('the status says so', async () => (await warned('node-c')).includes('pooler-silent'))
    assert.match(
      (await run('status', '--inventory', inventory)).stdout,
      /node-c +PgBouncer \(container pgbouncer\) does not answer/,
    )
    await site()
    await quiet()
    const { service } = await statusOf('node-c')
    console.log(`    the status service takes ${Math.round(service.memoryBytes / 2 ** 20)} MB`)
  })

  it('is gone without a trace once the inventory does not have it', async () => {
    const primary = await primaryNow()
    const outcome = await runJson('site')
    assert.equal(outcome.code, 0, explain(outcome))
    for (const node of NODES) {
      assert.equal(
        await onNode(
          node,
          `docker ps -aq --filter name=pgbouncer; ls /etc/run-playbook/pgbouncer /var/lib/run-playbook/postgres/state/pooler 2>/dev/null; ss -Hltn 'sport = :${PORT}'; grep pooler /etc/run-playbook/postgres/pg_hba.conf || true`,
        ),
        '',
      )
      assert.equal((await statusOf(node)).pooler, null)
    }
    assert.equal(await psql(primary, "SELECT count(*) FROM pg_roles WHERE rolname = 'pooler'"), '0')
    assert.equal(
      await psql(primary, "SELECT count(*) FROM pg_namespace WHERE nspname ~ 'pooler'", 'app'),
      '0',
    )
    await psql(primary, 'DROP TABLE rows', 'app')
    await assertHealthy(primary)
  })
})
