import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { another, assertHealthy, healthyCluster, primaryNow } from './cluster.ts'
import { writeInventory } from './inventory.ts'
import { addressOf, statusOf } from './service.ts'
import { DIR, NODES, explain, onNode, psql, run, runJson, until } from './support.ts'

const PEM = '/etc/run-playbook/postgres/server.pem'
/** Where a client of the tests has what it needs: in the container, which has psql. */
const ROOT = '/tmp/root.crt'

describe('clients with TLS', function () {
  this.timeout(900_000)
  let password: string
  let root: string

  const secrets = async (...args: string[]): Promise<string> => {
    const env = { ...process.env, RUN_PLAYBOOK_STATE: `${DIR}/.run-playbook` }
    return (await promisify(execFile)(process.execPath, ['bin/run-playbook.js', 'secrets', ...args], { env }))
      .stdout
  }
  /** What psql says, be it an error. */
  const connect = (from: string, to: string, more: string, sql: string): Promise<string> =>
    onNode(
      from,
      `docker exec -e PGPASSWORD='${password}' postgres psql -XAtq "host=${addressOf(to)} dbname=app user=app ${more} connect_timeout=5" -c "${sql}" 2>&1 || true`,
    )
  const verified = (from: string, to: string, sql: string, more = ''): Promise<string> =>
    connect(from, to, `sslmode=verify-full sslrootcert=${ROOT} ${more}`, sql)
  const HOW = 'SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()'
  const placeRoot = (node: string) =>
    onNode(node, `printf '%s' '${root}' | docker exec -i postgres sh -c 'cat >${ROOT}'`)
  const shown = async (node: string): Promise<X509Certificate> => {
    const text = await onNode(
      node,
      `docker exec postgres sh -c 'openssl s_client -starttls postgres -connect ${addressOf(node)}:5432 </dev/null 2>/dev/null'`,
    )
    return new X509Certificate(text.slice(text.indexOf('-----BEGIN')))
  }
  const startedAt = (node: string) => psql(node, 'SELECT pg_postmaster_start_time()')

  before(async () => {
    await healthyCluster()
    password = (await secrets('get', 'postgres.app')).trim()
    root = await secrets('get', 'pgbackrest.authority', '--certificate')
    assert.doesNotMatch(root, /PRIVATE/)
    for (const node of NODES) await placeRoot(node)
  })

  it('check who every node is, from every node', async () => {
    for (const from of NODES)
      for (const to of NODES) assert.match(await verified(from, to, HOW), /^t\|TLSv1\.[23]$/, `${from} ${to}`)
  })

  it('connect as the docs say', async () => {
    const docs = readFileSync('docs/cluster.md', 'utf8')
    const line = /^ {4}psql "(.*sslmode=verify-full) sslrootcert=root\.crt"$/m.exec(docs)?.[1] ?? ''
    const found = await onNode(
      'node-b',
      `docker exec -e PGPASSWORD='${password}' postgres psql -XAtq "${line} sslrootcert=${ROOT}" -c 'SELECT NOT pg_is_in_recovery()'`,
    )
    assert.equal(found, 't')
  })

  it('find the names in its certificate, and no others', async () => {
    for (const node of NODES) {
      const address = `hostaddr=${addressOf(node)}`
      for (const name of [node, 'localhost', '127.0.0.1'])
        assert.match(await verified(node, node, HOW, `host=${name} ${address}`), /^t/, name)
      const other = another(node)
      assert.match(await verified(node, node, HOW, `host=${other} ${address}`), /does not match host name/)
    }
  })

  it('get nothing older than TLS 1.2', async () =>
    assert.equal(await psql('node-a', 'SHOW ssl_min_protocol_version'), 'TLSv1.2'))

  it('may still come without it', async () =>
    assert.match(await connect('node-b', await primaryNow(), 'sslmode=disable', HOW), /^f/))

  it('are refused without it where the inventory requires it, and the cluster works as before', async () => {
    const primary = await primaryNow()
    const standbys =
      "SELECT string_agg(application_name || ' ' || backend_start, ', ' ORDER BY 1) FROM pg_stat_replication"
    const connected = await psql(primary, standbys)
    const inventory = writeInventory('tls-inventory.ts', [
      /groups: \{\s*postgres: \{ /,
      "groups: { postgres: { vars: { clientTls: 'require' }, ",
    ])
    const site = await runJson('site', '--inventory', inventory)
    assert.equal(site.code, 0, explain(site))
    for (const node of NODES) {
      assert.match(
        await connect('node-b', node, 'sslmode=disable', HOW),
        /no pg_hba.conf entry.* no encryption/,
      )
      assert.match(await verified('node-b', node, HOW), /^t/)
    }
    assert.equal(await psql(primary, standbys), connected)
    // The role of the status service, a replica's login, and a backup of a standby, which asks the primary.
    await psql(primary, 'SELECT count(pg_terminate_backend(pid)) FROM pg_stat_replication')
    await until(
      'two replicas stream again',
      async () =>
        (await psql(primary, "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")) === '2',
    )
    for (const node of NODES) assert.equal((await statusOf(node)).postgres.up, true)
    const backup = await runJson('backup', '-l', another(primary), '--inventory', inventory)
    assert.equal(backup.code, 0, explain(backup))
    const again = await runJson('site', '--inventory', inventory)
    assert.deepEqual(again.with('changed', 'failed'), [], explain(again))
    const back = await runJson('site')
    assert.equal(back.code, 0, explain(back))
    assert.match(await connect('node-b', primary, 'sslmode=disable', HOW), /^f/)
  })

  it('have keys that postgres alone reads', async () => {
    for (const node of NODES) {
      const [mode, uid] = (await onNode(node, `stat -c '%a %u' ${PEM}`)).split(' ')
      assert.deepEqual([mode, uid], ['400', await onNode(node, 'docker exec postgres id -u postgres')])
    }
  })

  it('keep their sessions while a certificate is renewed, and new ones see it', async () => {
    const node = await primaryNow()
    const [before, started] = [await shown(node), await startedAt(node)]
    const session = verified(
      node,
      node,
      "SELECT pg_sleep(1) FROM generate_series(1, 45); SELECT 'still here'",
    )
    await until('the session is there', async () =>
      /^1$/.test(
        await psql(
          node,
          "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%still here%' AND usename = 'app'",
        ),
      ),
    )
    await secrets('rotate', `server.${node}`)
    const site = await runJson('site')
    assert.equal(site.code, 0, explain(site))
    assert.ok(site.with('changed').includes(`${node}: postgres-primary › server certificate`), explain(site))
    const after = await shown(node)
    assert.notEqual(after.serialNumber, before.serialNumber)
    await until('the status service sees it', async () => {
      const { certificateUntil } = (await statusOf(node)).postgres
      return Date.parse(certificateUntil ?? '') === Date.parse(after.validTo)
    })
    assert.match(await verified(node, node, HOW), /^t/)
    assert.match(await session, /still here$/)
    assert.equal(await startedAt(node), started)
    const again = await runJson('site')
    assert.deepEqual(again.with('changed', 'failed'), [], explain(again))
  })

  it('are let in again after its file was deleted, replaced or opened on the node', async () => {
    const primary = await primaryNow()
    const [one, other] = NODES.filter((node) => node !== primary) as [string, string]
    const started = await Promise.all(NODES.map(startedAt))
    await onNode(primary, `rm ${PEM}`)
    await onNode(
      one,
      `sed -i '/BEGIN CERTIFICATE/,$d' ${PEM} && docker exec -u postgres postgres psql -Xqc 'SELECT pg_reload_conf()'`,
    )
    await onNode(other, `chmod 0644 ${PEM}; chown 0:0 ${PEM}`)
    const check = await runJson('site', '--check')
    const mended = check.with('would-change').filter((task) => task.endsWith('server certificate'))
    assert.equal(mended.length, 3, explain(check))
    const site = await runJson('site')
    assert.equal(site.code, 0, explain(site))
    assert.deepEqual(await Promise.all(NODES.map(startedAt)), started)
    for (const node of NODES) assert.match(await verified(node, node, HOW), /^t/)
    // What a restart reads is good, too.
    await onNode(one, 'docker restart postgres')
    await until(`${one} is back`, async () => (await verified(other, one, HOW)).startsWith('t'))
    const again = await runJson('site')
    assert.deepEqual(again.with('changed', 'failed'), [], explain(again))
  })

  it('check the new primary after a promotion', async () => {
    const from = await primaryNow()
    const to = another(from)
    const moved = await run('promote', '-e', `to=${to}`)
    assert.equal(moved.code, 0, explain(moved))
    await assertHealthy(to)
    const hosts = NODES.map(addressOf).join(',')
    const found = await verified(
      from,
      to,
      'SELECT inet_server_addr()',
      `host=${hosts} target_session_attrs=read-write`,
    )
    assert.equal(found.split('/')[0], addressOf(to))
  })
})
