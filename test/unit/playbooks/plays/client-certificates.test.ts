import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import type { ClusterContext } from '../../../../lib/cluster/cluster.ts'
import { type ClientLine, clientAccess } from '../../../../lib/cluster/vars/client-access.ts'
import { clusterVars } from '../../../../lib/cluster/vars/cluster.ts'
import { sitePlays } from '../../../../playbooks/plays/site.ts'
import { a, b, factsOf, hosts, primary, replica } from '../../cluster/nodes.ts'
import { type Checkout, checkout } from '../../secrets/checkout.ts'
import { tasksOf } from './tasks-of.ts'

describe('client certificates in the configuration of a node', () => {
  let home: Checkout
  let secrets: ClusterContext['secrets']
  before(async () => {
    home = await checkout()
    secrets = await home.openAs('operator')
  })
  after(() => home.remove())

  const textsOf = (lines: readonly unknown[], more: object = {}, host = a) => {
    const context: ClusterContext = {
      vars: clusterVars.parse({ statusImage: 'mine/status', clientAccess: lines, ...more }),
      hosts,
      limited: hosts,
      facts: { node: factsOf(primary(), replica(), replica()) },
      secrets,
      stateDir: home.stateDir,
    }
    const tasks = tasksOf(sitePlays(context), host)
    const textOf = (name: string) =>
      (tasks.find((task) => task.name === name)?.args as { payload?: { text?: string } } | undefined)?.payload
        ?.text
    const lineUp = (text = '') =>
      text
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => line.replace(/ +/g, ' '))
    return {
      hba: lineUp(textOf('pg_hba.conf')),
      conf: textOf('postgresql.conf') ?? '',
      authority: textOf('client authority'),
    }
  }

  it('are in none of its files where no line asks for them', () => {
    const { hba, conf, authority } = textsOf([{ user: 'report', address: '10.20.0.0/16' }])
    assert.deepEqual(hba.slice(-2), [
      'host all "report" 10.20.0.0/16 scram-sha-256',
      'host all all 10.88.0.0/24 scram-sha-256',
    ])
    assert.doesNotMatch(conf, /ssl_ca_file|ssl_crl_file/)
    assert.equal(authority, undefined)
  })

  it('are asked for by lines after those of the cluster, and nobody gets around them without TLS', () => {
    const plain = textsOf([]).hba
    const { hba } = textsOf([
      { user: 'app', method: 'cert' },
      { database: ['app', 'a b'], user: ['web', 'all'], address: 'all', clientcert: 'verify-full' },
      { user: 'old', method: 'reject' },
    ])
    assert.deepEqual(hba.slice(0, plain.length - 1), plain.slice(0, -1))
    assert.deepEqual(hba.slice(plain.length - 1), [
      'hostssl all "app" 10.88.0.0/24 cert',
      'hostnossl all "app" 10.88.0.0/24 reject',
      'hostssl "app","a b" "web",all all scram-sha-256 clientcert=verify-full',
      'hostnossl "app","a b" "web",all all reject',
      'host all "old" 10.88.0.0/24 reject',
      'host all all 10.88.0.0/24 scram-sha-256',
    ])
  })

  it('are checked with an authority of their own, whose key is on no node', () => {
    for (const host of [a, b]) {
      const { conf, authority = '' } = textsOf([{ user: 'app', method: 'cert' }], {}, host)
      assert.match(
        conf,
        /^ssl_ca_file = '\/etc\/postgresql\/clients\.pem'\nssl_crl_file = '\/etc\/postgresql\/clients\.pem'$/m,
      )
      assert.match(authority, /BEGIN CERTIFICATE[^]*BEGIN X509 CRL/)
      assert.doesNotMatch(authority, /PRIVATE/)
      const { authority: ofNodes } = secrets.certificate('pgbackrest.node-a', {
        authority: 'pgbackrest',
        commonName: 'node-a',
        addresses: [a.address],
      })
      assert.equal(new X509Certificate(authority).subject, 'CN=run-playbook clients')
      assert.notEqual(
        new X509Certificate(authority).publicKey.export({ type: 'spki', format: 'pem' }),
        new X509Certificate(ofNodes).publicKey.export({ type: 'spki', format: 'pem' }),
      )
    }
  })

  it('go with clientTls', () => {
    const { hba } = textsOf([{ user: 'report' }, { user: 'old', method: 'reject' }], { clientTls: 'require' })
    assert.deepEqual(hba.slice(-3), [
      'hostssl all "report" 10.88.0.0/24 scram-sha-256',
      'host all "old" 10.88.0.0/24 reject',
      'hostssl all all 10.88.0.0/24 scram-sha-256',
    ])
  })

  const refused: Record<string, readonly [Partial<Record<keyof ClientLine, unknown>>, RegExp]> = {
    'a role of the cluster': [{ user: 'replicator' }, /is a role of the cluster itself/],
    'a name that ends the quotes': [{ user: 'a" "b' }, /cannot contain a double quote/],
    'a name that ends the line': [{ database: 'a\nhost all all all trust' }, /control character/],
    'a regular expression': [{ user: '/^.*$' }, /begin with a slash/],
    'a name that is too long': [{ user: 'a'.repeat(64) }, /longer than 63 bytes/],
    'no names': [{ user: [] }, /./],
    'an address that is no network': [{ address: '10.88.0.1/24' }, /must be a network/],
    'an address with more behind it': [{ address: '10.88.0.0/24 trust' }, /must be a network/],
    'another method': [{ method: 'trust' }, /./],
    'a certificate twice': [{ method: 'cert', clientcert: 'verify-full' }, /clientcert is for the method/],
    'a field that there is not': [{ type: 'host' } as object, /./],
  }
  for (const [what, [line, words]] of Object.entries(refused))
    it(`do not take ${what}`, () => {
      const { error } = clientAccess.safeParse([line])
      assert.match(JSON.stringify(error?.issues ?? ''), words)
      assert.ok(error)
    })
})
