import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { Host } from 'run-playbook'
import type { ClusterContext } from '../../../../lib/cluster/cluster.ts'
import { Secret, reveal } from '../../../../lib/core/secret.ts'
import { clusterVars } from '../../../../lib/cluster/vars/cluster.ts'
import { objectStoreVars } from '../../../../lib/cluster/vars/object-store.ts'
import { nodeVars } from '../../../../lib/cluster/vars/node.ts'
import { sitePlays } from '../../../../playbooks/plays/site.ts'
import { a, b, c, factsOf, primary, replica } from '../../cluster/nodes.ts'
import { type Checkout, checkout } from '../../secrets/checkout.ts'
import { type PlayTask, tasksOf } from './tasks-of.ts'

const STORE = {
  type: 's3',
  bucket: 'backups',
  endpoint: 's3.example.com:9000',
  path: '/shop',
  uriStyle: 'path',
}
const CA = '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n'

describe('the object store of a cluster', () => {
  let home: Checkout
  let secrets: ClusterContext['secrets']
  beforeEach(async () => {
    home = await checkout()
    secrets = await home.openAs('operator')
  })
  afterEach(() => home.remove())

  const with_ = (host: Host, objectStore: object): Host => ({
    ...host,
    vars: { ...host.vars, objectStore: objectStoreVars.parse(objectStore) },
  })
  function tasks(host: Host, hosts: readonly Host[], fingerprints: object = {}): PlayTask[] {
    const context: ClusterContext = {
      vars: clusterVars.parse({ statusImage: 'mine/status' }),
      hosts,
      limited: hosts,
      facts: { node: factsOf(primary({ fingerprints }), replica(), replica()) },
      secrets,
      stateDir: home.stateDir,
    }
    return tasksOf(sitePlays(context), host)
  }
  const texts = (all: readonly PlayTask[]): Map<string, string> =>
    new Map(
      all.map(({ name, args }) => {
        const { payload } = args as { payload?: { text?: string } }
        return [name, payload?.text ?? '']
      }),
    )
  const give = (accessKey = 'AKIA', secretKey = 'se/cr+et=') => {
    secrets.adopt('object-store.access-key', new Secret('object-store.access-key', accessKey))
    secrets.adopt('object-store.secret-key', new Secret('object-store.secret-key', secretKey))
  }

  it('needs credentials that only a person has, before any host is touched', () => {
    const node = with_(a, STORE)
    assert.throws(() => tasks(node, [node, b, c]), {
      code: 'E_SECRETS_MISSING',
      message: /object-store\.access-key/,
    })
    give('AKIA', 'with a\nline')
    assert.throws(() => tasks(node, [node, b, c]), {
      code: 'E_SECRETS_KIND',
      message: /object-store\.secret-key/,
    })
  })

  it('is the only repository of a configuration of its own, and the credentials are not in it', () => {
    give()
    const node = with_(a, { ...STORE, ca: CA, retention: { full: 4 } })
    const all = tasks(node, [node, b, c])
    const conf = texts(all).get('object store configuration') ?? ''
    for (const line of [
      'repo1-type=s3',
      'repo1-path=/shop/node-a',
      'repo1-s3-bucket=backups',
      'repo1-s3-endpoint=s3.example.com',
      'repo1-storage-port=9000',
      'repo1-s3-region=us-east-1',
      'repo1-s3-uri-style=path',
      'repo1-storage-ca-file=/etc/pgbackrest/object-store-ca.crt',
      'repo1-cipher-type=aes-256-cbc',
      'repo1-retention-full-type=count',
      'repo1-retention-full=4',
      'pg2-host-config=/etc/pgbackrest/object-store.conf',
    ])
      assert.ok(conf.split('\n').includes(line), `${line} in\n${conf}`)
    assert.doesNotMatch(conf, /repo2|s3-key|cipher-pass|AKIA/)
    // PostgreSQL's archive_command knows of no store.
    assert.doesNotMatch(texts(all).get('pgbackrest.conf') ?? '', /s3|repo2/)
    assert.equal(texts(all).get('object store authority'), CA)
    const names = all.map(({ name }) => name)
    for (const name of ['object store access key', 'object store secret key', 'object store cipher'])
      assert.ok(names.includes(name), name)
    // It is asked whose the place is before the service has the configuration, and before there is a database.
    const at = (name: string) => names.indexOf(name)
    assert.ok(at('object store') < at('object store configuration'))
    assert.ok(at('object store configuration') < at('postgresql.conf'))
    assert.deepEqual(
      tasks(b, [node, b, c]).filter(({ play }) => /object store/.test(play)),
      [],
    )
  })

  it('needs no port and no authority', () => {
    give()
    const node = with_(a, { type: 's3', bucket: 'backups', endpoint: 's3.eu-central-1.amazonaws.com' })
    const conf = texts(tasks(node, [node, b, c])).get('object store configuration') ?? ''
    assert.match(conf, /^repo1-s3-endpoint=s3\.eu-central-1\.amazonaws\.com$/m)
    assert.match(conf, /^repo1-path=\/run-playbook\/node-a$/m)
    assert.doesNotMatch(conf, /storage-port|storage-ca-file/)
  })

  it('is taken off a node that had one, and off no other', () => {
    assert.deepEqual(
      tasks(a, [a, b, c]).filter(({ play }) => /object store/.test(play)),
      [],
    )
    secrets.adopt('backup.cipher', new Secret('backup.cipher', 'x'))
    const all = tasks(a, [a, b, c], { storeCipher: 'f'.repeat(64) }).filter(({ play }) =>
      /object store/.test(play),
    )
    assert.ok(all.some(({ name }) => name === 'no object store configuration'))
    assert.ok(all.some(({ name }) => name === 'the object store keeps its backups'))
  })

  it('is never given another key than the one that it has', async () => {
    const node = with_(a, STORE)
    give()
    secrets.password('backup.cipher')
    const hosts = [node, b, c]
    assert.throws(() => tasks(node, hosts, { storeCipher: 'f'.repeat(64) }), {
      code: 'E_SECRETS_LOST',
      message: /no backup\.cipher, but node-a has it/,
    })
    await secrets.save()
    assert.throws(() => tasks(node, hosts, { storeCipher: 'f'.repeat(64) }), {
      code: 'E_SECRETS_DIFFER',
      message: /the key of the repository in the object store on node-a differs from backup\.cipher/,
    })
    const key = createHash('sha256')
      .update(reveal(secrets.get('backup.cipher')))
      .digest('hex')
    assert.ok(tasks(node, hosts, { storeCipher: key }).length > 0)
  })

  for (const [what, wrong] of [
    ['a scheme', { endpoint: 'https://s3.example.com' }],
    ['an endpoint with a path', { endpoint: 's3.example.com/bucket' }],
    ['no bucket', { bucket: '' }],
    ['a path that is not from the root', { path: 'shop' }],
    ['a path that leads up', { path: '/shop/../other' }],
    ['a line break', { path: '/shop\nrepo1-s3-key=x' }],
    ['another store', { type: 'gcs' }],
    ['no certificate', { ca: '/etc/ssl/ca.crt' }],
    ['a retention of nothing', { retention: { full: 0 } }],
    ['a word that is not known', { prefix: '/x' }],
  ] as const)
    it(`refuses ${what}`, () => {
      assert.equal(nodeVars.shape.objectStore.safeParse(STORE).success, true)
      assert.equal(nodeVars.shape.objectStore.safeParse({ ...STORE, ...wrong }).success, false)
    })
})
