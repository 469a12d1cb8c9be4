import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Host, Secret, reveal } from 'run-playbook'
import { type FoundSecrets, foundScript, parseFound } from '../../../../lib/cluster/secrets/found.ts'
import { takeOver, takeOverReport, takeOverVars } from '../../../../lib/cluster/secrets/take-over.ts'
import { serverBundle } from '../../../../lib/cluster/secrets/server-certificate.ts'
import { WIREGUARD_MARKER } from '../../../../lib/modules/network/wireguard/reader.ts'
import { SHELLS, run, useTemp } from '../../modules/driver.ts'
import { type Checkout, checkout } from '../../secrets/checkout.ts'
import { hosts, names } from '../nodes.ts'

type Store = Awaited<ReturnType<Checkout['openAs']>>

const holder = ({ name, address }: Host) => ({
  authority: 'pgbackrest',
  commonName: name,
  addresses: [address],
})

/** What a node has that was set up with this store. */
function laidOut(store: Store, host: Host): FoundSecrets {
  const { authority, certificate, privateKey } = store.certificate(`pgbackrest.${host.name}`, holder(host))
  return {
    superuser: store.password('postgres.superuser'),
    replicator: store.password('postgres.replicator'),
    rewinder: store.password('postgres.rewinder'),
    wireguard: store.wireguardKey(`wireguard.${host.name}`).privateKey,
    authority: new Secret('authority', authority),
    certificate: new Secret('certificate', certificate),
    certificateKey: privateKey,
    server: serverBundle(store, host),
  }
}

describe('secrets that are taken over from the nodes', () => {
  let old: Checkout
  let fresh: Checkout
  let before: Store
  beforeEach(async () => {
    old = await checkout()
    fresh = await checkout()
    before = await old.openAs('ann')
  })
  afterEach(() => Promise.all([old.remove(), fresh.remove()]))

  const found = (more: Partial<Record<string, FoundSecrets | undefined>> = {}) => ({
    ...Object.fromEntries(hosts.map((host) => [host.name, laidOut(before, host)])),
    ...more,
  })
  const context = (secrets: Store, facts: ReturnType<typeof found>, more: object = {}) => ({
    vars: takeOverVars.parse(more),
    hosts,
    limited: hosts,
    facts: { found: facts as Record<string, FoundSecrets | undefined> },
    secrets,
    stateDir: fresh.stateDir,
    unreached: {},
    check: false,
  })

  it('are all that the nodes have: afterwards the store says what they were set up with', async () => {
    const store = await fresh.openAs('bob')
    const given = context(store, found())
    takeOver(given)
    await store.save()
    const again = await fresh.openAs('bob')
    for (const host of hosts)
      for (const [kind, value] of Object.entries(laidOut(again, host)))
        assert.equal(reveal(value), reveal(laidOut(before, host)[kind as 'superuser'] ?? ''), kind)
    const report = takeOverReport({ ...given, secrets: again })
    assert.deepEqual(report.data['missing'], ['postgres.app'])
    assert.match(JSON.stringify(report.parts), /secrets set postgres\.app/)
    const text = await fresh.read('secrets.age')
    takeOver(context(again, found()))
    await again.save()
    assert.equal(await fresh.read('secrets.age'), text)
  })

  it('are none before the nodes have been asked, and none at all where one was not reached', async () => {
    const store = await fresh.openAs('bob')
    takeOver(context(store, Object.fromEntries(names.map((name) => [name, undefined]))))
    assert.ok(!store.has('postgres.superuser'))
    assert.throws(() => takeOver(context(store, found({ 'node-c': undefined }))), {
      code: 'E_TAKE_OVER',
      message: /node-c cannot be reached/,
    })
  })

  it('take the place of others on demand only', async () => {
    const store = await fresh.openAs('bob')
    store.adopt('postgres.rewinder', new Secret('rewinder', 'another one'))
    await store.save()
    assert.throws(() => takeOver(context(store, found())), {
      message: /the store has a different value of postgres\.rewinder/,
    })
    takeOver(context(store, found(), { replace: true }))
    assert.equal(reveal(store.get('postgres.rewinder')), reveal(before.get('postgres.rewinder')))
  })

  it('are those of the node that is named where nodes differ', async () => {
    const store = await fresh.openAs('bob')
    const b = { ...laidOut(before, hosts[1]!), superuser: new Secret('superuser', 'of node-b') }
    const facts = found({ 'node-b': b })
    assert.throws(() => takeOver(context(store, facts)), {
      message: /node-a, node-b and node-c have different values of the superuser password/,
      hint: /-l node-a/,
    })
    takeOver({ ...context(store, facts), limited: hosts.slice(1, 2) })
    assert.equal(reveal(store.get('postgres.superuser')), 'of node-b')
    for (const name of names) assert.ok(store.has(`wireguard.${name}`))
  })

  it('include what clients are let in by: who was revoked stays so, and the key is lost', async () => {
    before.issueLogin('clients', 'app', 90)
    before.revokeLogins('clients', 'app')
    const { certificate, revoked } = before.loginAuthority('clients')
    const clients = new Secret('clients', certificate + revoked)
    const [host, other] = hosts as [Host, Host]
    const damaged = { ...laidOut(before, host), clients: new Secret('clients', 'nonsense') }
    const facts = found({ [host.name]: damaged, [other.name]: { ...laidOut(before, other), clients } })
    const store = await fresh.openAs('bob')
    takeOver(context(store, facts))
    await store.save()
    const again = await fresh.openAs('bob')
    const taken = again.loginAuthority('clients')
    assert.deepEqual([taken.certificate, taken.revoked], [certificate, revoked])
    assert.throws(() => again.issueLogin('clients', 'app', 90), {
      message: /clients\.authority without its private key/,
      hint: /secrets rotate clients\.authority/,
    })
    again.replaceLogins('clients')
    assert.ok(again.issueLogin('clients', 'app', 90))
    // Whoever has an authority with its key keeps it.
    takeOver(context(again, facts))
    assert.notEqual(again.loginAuthority('clients').certificate, certificate)
  })

  it('leave the certificates to an authority that is stored', async () => {
    const store = await fresh.openAs('bob')
    const [host] = hosts as [Host]
    const own = store.certificate('pgbackrest.node-a', holder(host))
    await store.save()
    takeOver(context(store, found()))
    assert.equal(store.certificate('pgbackrest.node-a', holder(host)).certificate, own.certificate)
    assert.ok(!store.has('server.node-a'), 'a certificate that clients would refuse was taken')
  })
})

describe('what lies on a node', () => {
  const folder = useTemp()
  for (const [name, shell] of Object.entries(SHELLS))
    it(`is read to the last byte, with ${name}`, async () => {
      const at = (path: string) => join(folder(), path)
      for (const one of ['secrets', 'wireguard']) mkdirSync(at(one))
      const odd = `it's $(id) "\\n %s * ü`
      const key = '+Q5NtOPkyqAKU8WbcPhyCCvUiT7X9Wkd0m6TDTwAlVM='
      const pem = `-----BEGIN PRIVATE KEY-----\n${'A'.repeat(200)}\n-----END PRIVATE KEY-----\n`
      writeFileSync(at('secrets/postgres_password'), odd)
      writeFileSync(at('secrets/rewind_password'), 'edited\n')
      writeFileSync(at('secrets/pgbackrest_node.key'), pem)
      writeFileSync(at('server.pem'), pem)
      writeFileSync(at('wireguard/wg0.conf'), `${WIREGUARD_MARKER}\n[Interface]\nPrivateKey = ${key}\n`)
      const { stdout, stderr } = await run(shell, {
        script: foundScript(at('secrets'), at('wireguard'), at('server.pem')),
      })
      assert.equal(stderr.toString(), '')
      const found = parseFound(stdout.toString())
      const text = Object.fromEntries(Object.entries(found).map(([kind, value]) => [kind, reveal(value)]))
      assert.deepEqual(text, {
        superuser: odd,
        rewinder: 'edited',
        certificateKey: pem,
        server: pem,
        wireguard: key,
      })
    })
})
