import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { reveal } from '../../lib/core/secret.ts'
import { openSecrets } from '../../lib/secrets/index.ts'
import { assertHealthy, healthyCluster, primaryNow } from './cluster.ts'
import { DIR, NODES, explain, onNode, psql, runJson, start, until } from './support.ts'

const NAMES = ['postgres.superuser', 'postgres.replicator', 'postgres.rewinder']

const rotate = (name: string, ...options: string[]) =>
  promisify(execFile)(process.execPath, ['bin/run-playbook.js', 'secrets', 'rotate', name, ...options], {
    env: { ...process.env, RUN_PLAYBOOK_STATE: `${DIR}/.run-playbook` },
  })

describe('passwords that are rotated', function () {
  this.timeout(600_000)
  let primary: string
  /** When each replica connected: a connection that was never lost keeps its moment. */
  let connected: string
  const since = () =>
    psql(
      primary,
      "SELECT string_agg(application_name || ' ' || backend_start, ', ' ORDER BY 1) FROM pg_stat_replication",
    )
  const stored = async () => {
    const store = await openSecrets({ stateDir: `${DIR}/.run-playbook` })
    return Object.fromEntries(NAMES.map((name) => [name, reveal(store.get(name))]))
  }
  const held = (node: string) =>
    onNode(
      node,
      'cat /etc/run-playbook/secrets/replication_password; echo; docker exec postgres cut -d: -f5 /run/run-playbook/pgpass',
    )

  before(async () => {
    await healthyCluster()
    primary = await primaryNow()
    connected = await since()
  })

  it('are in the secrets first, and the dry run says where they go', async () => {
    const before = await stored()
    for (const name of NAMES) await rotate(name)
    const after = await stored()
    for (const name of NAMES) assert.notEqual(after[name], before[name])
    const check = await runJson('site', '--check')
    assert.equal(check.code, 0, explain(check))
    const said = check.with('would-change', 'unknown').join('\n')
    for (const node of NODES) assert.match(said, new RegExp(`${node}: .*replication password`))
    assert.match(said, new RegExp(`${primary}: .*postgres-passwords › replicator`))
  })

  it('reach every place although the run was killed on the way', async () => {
    const { child, done } = start(['site', '--output', 'plain'])
    let seen = ''
    child.stdout?.on('data', (chunk: Buffer) => (seen += chunk.toString()))
    await until('the roles have them', () => Promise.resolve(/passwords of the roles/.test(seen)), 120_000)
    child.kill('SIGKILL')
    await done
    const site = await runJson('site')
    assert.equal(site.code, 0, explain(site))
    const { 'postgres.replicator': replicator, 'postgres.rewinder': rewinder } = await stored()
    for (const node of NODES)
      assert.deepEqual((await held(node)).trim().split('\n'), [replicator, replicator, rewinder], node)
  })

  it('let replication go on all the while', async () => assert.equal(await since(), connected))

  it('are what replicas log in with from now on', async () => {
    await psql(primary, 'SELECT count(pg_terminate_backend(pid)) FROM pg_stat_replication')
    await assertHealthy(primary)
    assert.notEqual(await since(), connected)
  })

  it('are put back where a run was killed on the way, without a connection that is lost', async () => {
    const before = await stored()
    const steady = await since()
    for (const name of NAMES) await rotate(name)
    const { child, done } = start(['site', '--output', 'plain'])
    let seen = ''
    child.stdout?.on('data', (chunk: Buffer) => (seen += chunk.toString()))
    await until('the roles have them', () => Promise.resolve(/passwords of the roles/.test(seen)), 120_000)
    child.kill('SIGKILL')
    await done
    for (const name of NAMES) await rotate(name, '--undo')
    assert.deepEqual(await stored(), before)
    const site = await runJson('site')
    assert.equal(site.code, 0, explain(site))
    for (const node of NODES)
      assert.deepEqual(
        (await held(node)).trim().split('\n'),
        [before['postgres.replicator'], before['postgres.replicator'], before['postgres.rewinder']],
        node,
      )
    assert.equal(await since(), steady)
    await assertHealthy(primary)
  })

  it('leave nothing to do', async () => {
    const again = await runJson('site', '--check')
    assert.deepEqual(again.with('would-change', 'unknown'), [], explain(again))
  })
})
