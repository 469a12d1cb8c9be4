import assert from 'node:assert/strict'
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { chmodSync, chownSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { type Host, type Secret, debug, reveal } from 'run-playbook'
import { serverBundle } from '../../../lib/cluster/secrets/server-certificate.ts'
import { CONFIG, SERVER_CERTIFICATE } from '../../../lib/cluster/places.ts'
import type { NodeRoleVars } from '../../../lib/cluster/vars/node-role.ts'
import { serverCertificate } from '../../../roles/postgres-node/server-certificate.ts'
import { runOn } from '../../support/run-on.ts'
import { type Bundle, makeAuthority, makeLeaf, parseBundle } from '../../../lib/secrets/certificate.ts'
import { a } from '../cluster/nodes.ts'
import { onEachMachine } from '../modules/system/machines.ts'
import { type Checkout, checkout } from '../secrets/checkout.ts'

const bundleOf = ({ key, certificate }: Bundle): string =>
  key.export({ type: 'pkcs8', format: 'pem' }).toString() + certificate.toString()

const DATA = '/srv/postgres'
const POSTGRES = 70

onEachMachine('the certificate that PostgreSQL shows its clients', (machine) => {
  let home: Checkout
  let server: Secret
  before(async () => {
    home = await checkout()
    server = serverBundle(await home.openAs('operator'), a)
  })
  after(() => home.remove())

  const path = () => machine().at(SERVER_CERTIFICATE)
  const fresh = () => {
    mkdirSync(machine().at(CONFIG), { recursive: true })
    mkdirSync(machine().at(`${DATA}/pgdata/global`), { recursive: true })
    writeFileSync(machine().at(`${DATA}/pgdata/global/pg_control`), '')
    chownSync(machine().at(`${DATA}/pgdata`), POSTGRES, POSTGRES)
  }
  const site = async (check = false) => {
    const vars = { image: 'run-playbook-is-not-here', dataDir: DATA, server } as NodeRoleVars
    const reload = debug('reload', { message: 'PostgreSQL reads it again' })
    const { tasks } = await runOn(machine().shell, () => serverCertificate(vars, reload), { check })
    return Object.fromEntries(tasks.map(({ task, status }) => [task, status]))
  }
  const assertGood = () => {
    const { mode, uid, gid } = statSync(path())
    assert.deepEqual([(mode & 0o7777).toString(8), uid, gid], ['400', POSTGRES, 0])
    const pem = machine().read(SERVER_CERTIFICATE)
    assert.equal(pem, reveal(server))
    assert.ok(new X509Certificate(pem).checkPrivateKey(createPrivateKey(pem)))
  }

  it('is written for postgres alone, and PostgreSQL reads it', async () => {
    fresh()
    assert.equal((await site(true))['server certificate'], 'would-change')
    const first = await site()
    assert.deepEqual([first['server certificate'], first['reload']], ['changed', 'ok'])
    assertGood()
    const second = await site()
    assert.deepEqual([second['server certificate'], second['reload']], ['ok', undefined])
  })

  const spoiled: Record<string, () => void> = {
    'was deleted': () => rmSync(path()),
    'is empty': () => writeFileSync(path(), ''),
    'has a key that does not fit': () => {
      const [, certificate = ''] = reveal(server).split(/(?=-----BEGIN CERTIFICATE)/)
      const other = reveal(serverBundle(otherStore, a)).split(/(?=-----BEGIN CERTIFICATE)/)[0] ?? ''
      writeFileSync(path(), other + certificate)
    },
    'may be read by others': () => chmodSync(path(), 0o644),
    'belongs to somebody else': () => chownSync(path(), 4711, 4711),
    'is a link to something else': () => {
      rmSync(path())
      writeFileSync(machine().at('/srv/elsewhere'), 'mine')
      symlinkSync('/srv/elsewhere', path())
    },
  }
  let otherHome: Checkout
  let otherStore: Awaited<ReturnType<Checkout['openAs']>>
  before(async () => {
    otherHome = await checkout()
    otherStore = await otherHome.openAs('another')
  })
  after(() => otherHome.remove())

  for (const [what, spoil] of Object.entries(spoiled))
    it(`is written again where it ${what}, and PostgreSQL reads it again`, async () => {
      fresh()
      await site()
      spoil()
      assert.equal((await site(true))['server certificate'], 'would-change')
      const mended = await site()
      assert.deepEqual([mended['server certificate'], mended['reload']], ['changed', 'ok'])
      assertGood()
    })
})

describe('the names of a server certificate', () => {
  let home: Checkout
  before(async () => void (home = await checkout()))
  after(() => home.remove())

  const issued = async (serverNames: readonly string[] = []) => {
    const store = await home.openAs('operator')
    const host = { ...a, vars: { serverNames } } as unknown as Host
    const certificate = new X509Certificate(reveal(serverBundle(store, host)))
    await store.save()
    return certificate
  }

  it('are those that a client may call the node by', async () => {
    const certificate = await issued()
    for (const name of ['node-a', 'localhost']) assert.ok(certificate.checkHost(name), name)
    for (const address of [a.address, '127.0.0.1']) assert.ok(certificate.checkIP(address), address)
    assert.equal(certificate.checkHost('db.example.com'), undefined)
    assert.equal(certificate.checkIP('10.88.0.12'), undefined)
    assert.equal((await issued()).fingerprint256, certificate.fingerprint256)
  })

  it('are more with serverNames, in a new certificate', async () => {
    const before = await issued()
    const after = await issued(['db.example.com', '*.example.org'])
    assert.notEqual(after.fingerprint256, before.fingerprint256)
    assert.ok(
      after.checkHost('db.example.com') !== undefined && after.checkHost('a.example.org') !== undefined,
    )
  })

  it('are not those by which the nodes know each other for backups', async () => {
    assert.doesNotMatch((await issued()).subject, /^CN=node-a$/m)
  })

  it('are those of a certificate that has not expired: one that the environment gives is refused', async () => {
    const authority = parseBundle(makeAuthority('run-playbook pgbackrest', new Date()))
    assert.ok(authority)
    const long = { commonName: 'node-a PostgreSQL', addresses: [a.address] }
    const expired = makeLeaf(authority, long, new Date(Date.now() - 4 * 365 * 86_400_000))
    const env = {
      RUN_PLAYBOOK_SECRET_SERVER_NODE_A: expired,
      RUN_PLAYBOOK_SECRET_PGBACKREST_AUTHORITY: bundleOf(authority),
    }
    const store = await home.openAs('operator', env)
    assert.throws(() => serverBundle(store, a), {
      code: 'E_SECRETS_KIND',
      message: /server\.node-a expired on 20/,
    })
  })

  it('are refused where a client could not call a node so', async () => {
    await assert.rejects(issued(['db example']), { code: 'E_BAD_VARS', message: /must be a host name/ })
  })
})
