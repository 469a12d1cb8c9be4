import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Status } from '../../lib/cluster/status/schema.ts'
import { makeAuthority, makeLeaf, parseBundle } from '../../lib/secrets/certificate.ts'
import { type TestCluster, type TestNode, startCluster, within } from './support/cluster.ts'

const DAY = 86_400_000
/** How long a certificate of ours is good. */
const LIFE = 3 * 365.25 * DAY
/** It is looked at every ten seconds. */
const SOON = 15

describe('the certificate that PostgreSQL shows its clients', function () {
  this.timeout(300_000)
  let cluster: TestCluster
  let node: TestNode
  const authority = parseBundle(makeAuthority('authority', new Date()))

  before(async function () {
    this.timeout(600_000)
    cluster = await startCluster(1)
    ;[node] = cluster.nodes as [TestNode]
  })
  after(() => cluster?.remove())

  /** Puts one in place that is good for so many days more. Gives back when it expires. */
  function replace(days: number): string {
    assert.ok(authority)
    const begun = new Date(Date.now() + days * DAY - LIFE)
    const bundle = makeLeaf(authority, { commonName: 'node-a', addresses: [] }, begun)
    for (const name of ['server.crt', 'server.key']) {
      const path = join(node.postgres.folder, 'data', name)
      writeFileSync(`${path}.new`, bundle, { mode: 0o600 })
      if (process.getuid?.() === 0) execFileSync('chown', ['postgres:', `${path}.new`])
      renameSync(`${path}.new`, path)
    }
    return parseBundle(bundle)?.certificate.validTo ?? ''
  }
  const reload = (ssl: 'on' | 'off') =>
    node.postgres.sql(`ALTER SYSTEM SET ssl = ${ssl}`, 'SELECT pg_reload_conf()')
  const about = ({ warnings }: Status) =>
    warnings
      .filter(({ code }) => code.startsWith('certificate'))
      .map(({ severity, code }) => `${severity} ${code}`)
  const shows = (until: string | null) =>
    within(
      SOON,
      () => node.status(),
      ({ postgres }) =>
        until === null
          ? postgres.certificateUntil === null
          : Date.parse(postgres.certificateUntil ?? '') === Date.parse(until),
    )
  const metric = async () =>
    /^run_playbook_certificate_expiry_timestamp_seconds (\d+)$/m.exec(
      await (await node.get('/metrics')).text(),
    )?.[1]

  it('is none where TLS is off, which is no reason to warn', async () => {
    assert.deepEqual(about(await shows(null)), [])
    assert.equal(await metric(), undefined)
  })

  it('is good, and then it is a number for Prometheus', async () => {
    const until = replace(400)
    await reload('on')
    assert.deepEqual(about(await shows(until)), [])
    assert.equal(Number(await metric()) * 1000, Date.parse(until))
  })

  it('is worth a warning when it expires soon, which names the command', async () => {
    const until = replace(20)
    await reload('on')
    const status = await shows(until)
    assert.deepEqual(about(status), ['warning certificate-expires'])
    assert.match(JSON.stringify(status.warnings), /expires in \d+ days?\. run-playbook site renews it/)
    const page = await (await node.get('/', { Accept: 'text/html' })).text()
    assert.match(page, /TLS certificate of PostgreSQL expires in/)
  })

  it('is critical when it has expired, also while a new one lies in the file that PostgreSQL has not read', async () => {
    const until = replace(-2)
    await reload('on')
    assert.deepEqual(about(await shows(until)), ['critical certificate-expired'])
    const renewed = replace(1000)
    await node.stopService()
    await node.startService()
    assert.deepEqual(about(await shows(until)), ['critical certificate-expired'])
    await reload('on')
    assert.deepEqual(about(await shows(renewed)), [])
  })

  /** As the container of PostgreSQL does. */
  const report = (more: object, age = 60) => {
    const path = join(node.postgres.folder, 'socket/tls.json')
    const at = new Date(Date.now() - age * 1000).toISOString()
    writeFileSync(`${path}.new`, JSON.stringify({ at, on: true, trouble: null, fingerprint: null, ...more }))
    renameSync(`${path}.new`, path)
  }
  const says = (code: string, want = true) =>
    within(
      SOON,
      () => node.status(),
      ({ warnings }) => warnings.some((one) => one.code === code) === want,
    )

  it('is in a file without which PostgreSQL would not start again: critical, for as long as that is so', async () => {
    report({ trouble: 'server.pem is missing' })
    const { warnings } = await says('tls-file')
    const [found] = warnings.filter(({ code }) => code === 'tls-file')
    assert.equal(found?.severity, 'critical')
    assert.match(found.message, /would not start again: server.pem is missing\. run-playbook site writes it/)
    report({})
    await says('tls-file', false)
  })

  it('has beside it the authority of client certificates, which expires too', async () => {
    const old = (days: number) =>
      parseBundle(
        makeAuthority('clients', new Date(Date.now() - (10 * 365.25 - days) * DAY)),
      )?.certificate.toString()
    report({ authority: old(20) })
    await says('client-authority-expires')
    report({ authority: old(-1) })
    await says('client-authority-expired')
    report({ authority: old(1000) })
    await says('client-authority-expired', false)
    const left = Date.parse((await node.status()).postgres.clientAuthorityUntil ?? '') - Date.now()
    assert.equal(Math.round(left / DAY), 1000)
  })

  it('is worth a warning when the file has had another one for more than half a minute', async () => {
    const shown = await node.status()
    assert.equal(shown.postgres.tlsFiles?.replaced, null)
    report({ fingerprint: 'AB:CD' })
    await says('certificate-replaced')
    report({ fingerprint: 'AB:CD' }, 5)
    await says('certificate-replaced', false)
  })

  it('leaves nothing in the log of PostgreSQL when it is looked at', async () => {
    const log = execFileSync('cat', [join(node.postgres.folder, 'log')]).toString()
    assert.doesNotMatch(log, /SSL|startup packet/)
  })
})
