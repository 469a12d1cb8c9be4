import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { makeAuthority, makeLogin, parseBundle } from '../../lib/secrets/certificate.ts'
import { another, healthyCluster, primaryNow } from './cluster.ts'
import { writeInventory } from './inventory.ts'
import { onNetworkOf } from './network.ts'
import { addressOf, statusOf } from './service.ts'
import { DIR, NODES, explain, onNode, psql, readJson, runJson, start, until } from './support.ts'

const CLIENTS = '/etc/run-playbook/postgres/clients.pem'
const DOCS = readFileSync('docs/client-certificates.md', 'utf8')

describe('clients with certificates', function () {
  this.timeout(900_000)
  const folder = mkdtempSync(join(tmpdir(), 'run-playbook-clients-'))
  let inventory: string
  let primary: string
  let started: readonly string[]
  let password: string

  const secrets = async (...args: string[]): Promise<string> => {
    const env = { ...process.env, RUN_PLAYBOOK_STATE: `${DIR}/.run-playbook` }
    return (await promisify(execFile)(process.execPath, ['bin/run-playbook.js', 'secrets', ...args], { env }))
      .stdout
  }
  const issue = async (role: string, name = role) => {
    const to = join(folder, name)
    await secrets('issue', 'clients', role, '--days', '30', '--to', to)
    await place(
      name,
      readFileSync(join(to, 'client.crt'), 'utf8'),
      readFileSync(join(to, 'client.key'), 'utf8'),
    )
  }
  /** Where psql of a container finds them. */
  const place = (name: string, certificate: string, key: string) =>
    Promise.all(
      NODES.map((node) =>
        onNode(
          node,
          `printf '%s' '${certificate}' | docker exec -i postgres sh -c 'cat >/tmp/${name}.crt'
          printf '%s' '${key}' | docker exec -i postgres sh -c 'umask 077; rm -f /tmp/${name}.key; cat >/tmp/${name}.key'`,
        ),
      ),
    )
  /** What psql says, be it an error. */
  const connect = (from: string, to: string, more: string, sql = 'SELECT current_user', secret = '') =>
    onNode(
      from,
      `docker exec -e PGPASSWORD='${secret}' postgres psql -XAtqw "host=${addressOf(to)} dbname=app connect_timeout=5 sslmode=verify-full sslrootcert=/tmp/root.crt ${more}" -c "${sql}" 2>&1 || true`,
    )
  const having = (name: string) => `sslcert=/tmp/${name}.crt sslkey=/tmp/${name}.key`
  const startedAt = () => Promise.all(NODES.map((node) => psql(node, 'SELECT pg_postmaster_start_time()')))
  const site = async (env: NodeJS.ProcessEnv = {}) => {
    const outcome = await start(['site', '--inventory', inventory, '--output', 'json'], env).done
    const read = readJson(outcome, outcome.stdout)
    assert.equal(read.code, 0, explain(read))
    return read
  }
  const standbys = () =>
    psql(
      primary,
      "SELECT string_agg(application_name || ' ' || backend_start, ', ' ORDER BY 1) FROM pg_stat_replication",
    )

  before(async () => {
    await healthyCluster()
    primary = await primaryNow()
    started = await startedAt()
    password = (await secrets('get', 'postgres.app')).trim()
    const root = await secrets('get', 'pgbackrest.authority', '--certificate')
    writeFileSync(join(folder, 'root.crt'), root)
    // An earlier run may have left it: nothing names it now.
    for (const node of NODES) await onNode(node, `rm -f ${CLIENTS}`)
    for (const node of NODES)
      await onNode(node, `printf '%s' '${root}' | docker exec -i postgres sh -c 'cat >/tmp/root.crt'`)
    await psql(primary, "DROP ROLE IF EXISTS report; CREATE ROLE report LOGIN PASSWORD 'report'")
    inventory = writeInventory('clients-inventory.ts', [
      /groups: \{\s*postgres: \{ /,
      "groups: { postgres: { vars: { clientAccess: [{ user: 'app', method: 'cert' }, { user: 'report', clientcert: 'verify-full' }] }, ",
    ])
  })
  after(async () => {
    rmSync(folder, { recursive: true })
    // Who comes next finds the cluster as it was.
    await runJson('site')
    await psql(primary, 'DROP ROLE IF EXISTS report')
  })

  it('are let in by them after site, which restarts nothing and disturbs no replica', async () => {
    const connected = await standbys()
    for (const role of ['app', 'report']) await issue(role)
    const check = await runJson('site', '--check', '--inventory', inventory)
    for (const node of NODES)
      assert.equal(
        check
          .with('would-change')
          .filter((task) => task.startsWith(node) && task.endsWith(' client authority')).length,
        1,
      )
    await site()
    for (const from of NODES)
      for (const to of NODES) {
        assert.equal(await connect(from, to, `user=app ${having('app')}`), 'app')
        assert.equal(
          await connect(from, to, `user=report ${having('report')}`, undefined, 'report'),
          'report',
        )
      }
    assert.deepEqual(await startedAt(), started)
    assert.equal(await standbys(), connected)
    assert.deepEqual((await site()).with('changed', 'failed'), [])
  })

  it('are refused without, with that of another role, with the password alone, and without TLS', async () => {
    const one = another(primary)
    const refused = async (words: RegExp, more: string, secret = '') =>
      assert.match(await connect(one, primary, more, undefined, secret), words, more)
    await refused(/requires a valid client certificate/, 'user=app', password)
    await refused(/certificate authentication failed/, `user=app ${having('report')}`, password)
    await refused(/pg_hba.conf rejects connection.* no encryption/, 'user=app sslmode=disable', password)
    await refused(/requires a valid client certificate/, 'user=report', 'report')
    await refused(/no password supplied/, `user=report ${having('report')}`)
    await refused(/password authentication failed/, `user=report ${having('report')}`, 'wrong')
    await refused(/authentication failed/, `user=report ${having('app')}`, 'report')
    await refused(/pg_hba.conf rejects connection/, 'user=report sslmode=disable', 'report')
  })

  it('cannot be made from what a node has', async () => {
    const stolen = {
      server: await onNode(another(primary), 'cat /etc/run-playbook/postgres/server.pem'),
      backup: await onNode(
        another(primary),
        'cat /etc/run-playbook/secrets/pgbackrest_node.key /etc/run-playbook/secrets/pgbackrest_node.crt',
      ),
    }
    for (const [name, pem] of Object.entries(stolen)) {
      const [key = '', certificate = ''] = pem.split(/(?=-----BEGIN CERTIFICATE)/)
      await place(name, certificate, key)
      assert.match(
        await connect(another(primary), primary, `user=app ${having(name)}`),
        /unknown ca|SSL error/,
      )
    }
    for (const node of NODES)
      assert.equal(
        await onNode(
          node,
          `grep -rl -e 'CN=run-playbook clients' -e PRIVATE /etc/run-playbook | grep -e clients || true`,
        ),
        '',
      )
    // An authority of theirs, with the same name.
    const forged = parseBundle(makeAuthority('run-playbook clients', new Date()))
    assert.ok(forged)
    const { key, certificate } = makeLogin(forged, 'app', 30, new Date())
    await place('forged', certificate.toString(), key.export({ type: 'pkcs8', format: 'pem' }).toString())
    assert.match(
      await connect(another(primary), primary, `user=app ${having('forged')}`),
      /unknown ca|decrypt error|SSL error/,
    )
  })

  it('connect as the docs say, with psql and with node-postgres', async () => {
    const line = /^ {4}psql "(.*sslkey=\S+)"$/m.exec(DOCS)?.[1] ?? ''
    const inContainer = line
      .replace('root.crt', '/tmp/root.crt')
      .replace('app-client/client.crt', '/tmp/app.crt')
      .replace('app-client/client.key', '/tmp/app.key')
    const found = await onNode(
      'node-b',
      `docker exec postgres psql -XAtqw "${inContainer}" -c 'SELECT NOT pg_is_in_recovery()'`,
    )
    assert.equal(found, 't')
    const [, program = ''] = /^```js\n([^]*?)^```$/m.exec(DOCS) ?? []
    const own = program
      .replace("'root.crt'", JSON.stringify(join(folder, 'root.crt')))
      .replaceAll(/'app-client\/(client\.\w+)'/g, (_all, name: string) =>
        JSON.stringify(join(folder, 'app', name)),
      )
      .replace("from 'pg'", `from ${JSON.stringify(resolve('node_modules/pg/esm/index.mjs'))}`)
    writeFileSync(join(folder, 'sample.mjs'), own)
    const child = await onNetworkOf('node-b', [process.execPath, join(folder, 'sample.mjs')])
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const code = await new Promise((ended) => child.on('close', ended))
    assert.deepEqual([code, said], [0, 'app\n'])
  })

  it('are refused once they are revoked, without a restart; sessions and other certificates stay', async () => {
    const session = connect(
      primary,
      primary,
      `user=app ${having('app')}`,
      "SELECT pg_sleep(1) FROM generate_series(1, 40); SELECT 'still here'",
    )
    await until('the session is there', async () =>
      /^1$/.test(
        await psql(
          primary,
          "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%still here%' AND usename = 'app'",
        ),
      ),
    )
    await secrets('revoke', 'clients', 'app')
    await issue('app', 'next')
    const run = await site()
    assert.ok(run.with('changed').includes(`${primary}: postgres-primary › client authority`), explain(run))
    for (const to of NODES) {
      assert.match(await connect(primary, to, `user=app ${having('app')}`), /revoked/)
      assert.equal(await connect(primary, to, `user=app ${having('next')}`), 'app')
      assert.equal(
        await connect(primary, to, `user=report ${having('report')}`, undefined, 'report'),
        'report',
      )
    }
    assert.match(await session, /still here$/)
    assert.deepEqual(await startedAt(), started)
  })

  it('leave the cluster to itself: a backup of a standby, its replication and its status', async () => {
    const backup = await runJson('backup', '-l', another(primary), '--inventory', inventory)
    assert.equal(backup.code, 0, explain(backup))
    await psql(primary, 'SELECT count(pg_terminate_backend(pid)) FROM pg_stat_replication')
    await until(
      'two replicas stream again',
      async () =>
        (await psql(primary, "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")) === '2',
    )
    for (const node of NODES) {
      const { postgres, warnings } = await statusOf(node)
      assert.equal(postgres.up, true)
      const left = Date.parse(postgres.clientAuthorityUntil ?? '') - Date.now()
      assert.ok(left > 9.9 * 365 * 86_400_000, String(postgres.clientAuthorityUntil))
      assert.deepEqual(
        warnings.filter(({ code }) => /tls|certificate|authority/.test(code)),
        [],
      )
    }
  })

  it('have an authority of which the status says when its file is gone, and when it expires soon', async () => {
    await onNode(primary, `rm ${CLIENTS}`)
    await until('the status says so', async () =>
      (await statusOf(primary)).warnings.some(
        ({ code, message }) => code === 'tls-file' && /clients.pem is missing/.test(message),
      ),
    )
    const tenYears = 10 * 365.25 * 86_400_000
    const old = makeAuthority('run-playbook clients', new Date(Date.now() - tenYears + 20 * 86_400_000))
    await site({ RUN_PLAYBOOK_SECRET_CLIENTS_AUTHORITY: old })
    for (const node of NODES)
      await until(`${node} warns`, async () =>
        (await statusOf(node)).warnings.some(({ code }) => code === 'client-authority-expires'),
      )
    await site()
    for (const node of NODES)
      await until(`${node} is quiet`, async () =>
        (await statusOf(node)).warnings.every(({ code }) => !/tls|authority/.test(code)),
      )
    assert.equal(await connect(primary, primary, `user=app ${having('next')}`), 'app')
    assert.match(await connect(primary, primary, `user=app ${having('app')}`), /revoked/)
    assert.deepEqual(await startedAt(), started)
  })

  it('are all refused by another authority, but for those that it issued', async () => {
    await secrets('rotate', 'clients.authority')
    await issue('app', 'third')
    await site()
    for (const to of NODES) {
      assert.match(
        await connect(primary, to, `user=app ${having('next')}`),
        /unknown ca|decrypt error|SSL error/,
      )
      assert.equal(await connect(primary, to, `user=app ${having('third')}`), 'app')
    }
    assert.deepEqual(await startedAt(), started)
    assert.deepEqual((await site()).with('changed', 'failed'), [])
  })

  it('need none any more once no line asks for one', async () => {
    const back = await runJson('site')
    assert.equal(back.code, 0, explain(back))
    for (const to of NODES) assert.equal(await connect(primary, to, 'user=app', undefined, password), 'app')
    assert.deepEqual(await startedAt(), started)
  })
})
