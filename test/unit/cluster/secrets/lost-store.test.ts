import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Secret, reveal, type Host, type Play } from 'run-playbook'
import type { ClusterContext } from '../../../../lib/cluster/cluster.ts'
import type { NodeFact } from '../../../../lib/cluster/facts/node.ts'
import { clusterVars } from '../../../../lib/cluster/vars/cluster.ts'
import { promotionPlays } from '../../../../playbooks/plays/promotion.ts'
import { reclonePlays, rejoinPlays } from '../../../../playbooks/plays/rejoin.ts'
import { sitePlays } from '../../../../playbooks/plays/site.ts'
import { type Checkout, checkout } from '../../secrets/checkout.ts'
import { bare, factsOf, hosts, primary, replica, silent } from '../nodes.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const NAMES = {
  superuser: 'postgres.superuser',
  replicator: 'postgres.replicator',
  rewinder: 'postgres.rewinder',
} as const

type Store = ClusterContext['secrets']

/** What the nodes have that were set up with this store. */
function laidOut(store: Store, host: Host): NodeFact['fingerprints'] {
  const passwords = Object.entries(NAMES).map(([kind, name]) => [kind, sha256(reveal(store.password(name)))])
  const key = store.wireguardKey(`wireguard.${host.name}`).privateKey
  return { ...Object.fromEntries(passwords), authority: sha256('any'), wireguard: sha256(reveal(key)) }
}

/** Every play and role is made, as a run does before it changes anything; but for the image, which has to be built for that. */
const build = (plays: readonly Play[]): number =>
  plays
    .filter(({ name }) => name !== 'image')
    .flatMap((play) => hosts.map((host) => play.roles?.(host).length ?? 0)).length

describe('secrets that the nodes have and the store has not', () => {
  let home: Checkout
  let store: Store
  beforeEach(async () => {
    home = await checkout()
    store = await home.openAs('operator')
    build(sitePlays(context(store, factsOf(bare, bare, bare))))
    for (const { name } of hosts) store.wireguardKey(`wireguard.${name}`)
    await store.save()
  })
  afterEach(() => home.remove())

  const context = (secrets: Store, facts: ClusterContext['facts']['node']): ClusterContext => ({
    vars: clusterVars.parse({}),
    hosts,
    limited: hosts,
    facts: { node: facts },
    secrets,
    stateDir: home.stateDir,
  })
  const living = (more: (host: Host) => Partial<NodeFact['fingerprints']> = () => ({})) => {
    const at = (i: number) => {
      const host = hosts[i] as Host
      return { fingerprints: { ...laidOut(store, host), ...more(host) } }
    }
    const server = { withPassword: ['postgres', 'replicator', 'rewinder', 'app'] }
    return factsOf(
      primary({ ...at(0), server }),
      replica({ ...at(1), server: { ...server } }),
      replica({ ...at(2), server: { ...server } }),
    )
  }
  /** A fresh checkout. */
  const lost = async (env: NodeJS.ProcessEnv = {}): Promise<Store> => {
    const other = await checkout()
    after(() => other.remove())
    return other.openAs('operator', env)
  }

  it('are no trouble where both have the same, on bare nodes, and where nothing was asked yet', async () => {
    assert.ok(build(sitePlays(context(store, living()))))
    assert.ok(build(sitePlays(context(await lost(), factsOf(bare, bare, bare)))))
    assert.ok(build(sitePlays(context(await lost(), factsOf(silent, silent, silent)))))
  })

  const playbooks: Record<string, (context: ClusterContext) => readonly Play[]> = {
    site: sitePlays,
    rejoin: rejoinPlays,
    reclone: (all) => reclonePlays({ ...all, limited: hosts.slice(1, 2) }),
    promote: (all) => promotionPlays(all, { to: 'node-b', maxLag: 1, loseCommits: false }),
  }
  for (const [name, plays] of Object.entries(playbooks))
    it(`stop ${name}, which would make new ones, and it says how to take them over`, async () => {
      const fresh = await lost()
      assert.throws(() => build(plays(context(fresh, living()))), {
        code: 'E_SECRETS_LOST',
        message: /secrets\.age has no .*postgres\.superuser, .*but node-a, node-b and node-c have them/,
        hint: /Nothing was changed.*run-playbook take-over/,
      })
    })

  it('stop it also when only one node has them, and one of them is missing', async () => {
    const facts = living()
    const one = { ...facts, 'node-b': bare, 'node-c': bare }
    const fresh = await lost()
    assert.throws(() => build(sitePlays(context(fresh, one))), { message: /but node-a has them/ })
    const given = await lost({
      RUN_PLAYBOOK_SECRET_POSTGRES_SUPERUSER: reveal(store.get('postgres.superuser')),
      RUN_PLAYBOOK_SECRET_POSTGRES_REPLICATOR: reveal(store.get('postgres.replicator')),
      RUN_PLAYBOOK_SECRET_POSTGRES_REWINDER: reveal(store.get('postgres.rewinder')),
      RUN_PLAYBOOK_SECRET_POSTGRES_APP: reveal(store.get('postgres.app')),
    })
    assert.throws(() => build(sitePlays(context(given, one))), {
      code: 'E_SECRETS_LOST',
      message: /has no pgbackrest\.authority and wireguard\.node-a, but node-a has them/,
    })
  })

  it('are let go where no node has data any more', async () => {
    const facts = living()
    const dead = Object.fromEntries(
      Object.entries(facts).map(([name, { fingerprints }]) => [name, { ...bare, fingerprints }]),
    )
    assert.ok(build(sitePlays(context(await lost(), dead))))
    const unsure = { ...dead, 'node-c': silent }
    const fresh = await lost()
    assert.throws(() => build(sitePlays(context(fresh, unsure))), { code: 'E_SECRETS_LOST' })
  })

  it('include the passwords of applications, which no node keeps', async () => {
    const all = { ...clusterVars.parse({}), databases: ['app', 'shop'] }
    const missing = /has no postgres\.app, but PostgreSQL has a password for app/
    const given = [
      ...Object.values(NAMES),
      ...hosts.map(({ name }) => `wireguard.${name}`),
      'pgbackrest.authority',
    ].map((name): [string, string] => [
      `RUN_PLAYBOOK_SECRET_${name.toUpperCase().replaceAll(/[.-]/g, '_')}`,
      reveal(store.get(name)),
    ])
    const without = await lost(Object.fromEntries(given))
    const make = (facts: ReturnType<typeof living>) =>
      build(sitePlays({ ...context(without, facts), vars: all }))
    assert.throws(() => make(living()), {
      code: 'E_SECRETS_LOST',
      message: missing,
      hint: /secrets set postgres\.app/,
    })
    // Where nobody can be asked, both may be there.
    const mute = Object.fromEntries(
      Object.entries(living()).map(([name, fact]) => [name, { ...fact, server: undefined }]),
    )
    assert.throws(() => make(mute), { message: /has no postgres\.app and postgres\.shop, but PostgreSQL/ })
  })

  it('include the authority of client certificates, where any are asked for', async () => {
    const vars = clusterVars.parse({ clientAccess: [{ user: 'app', method: 'cert' }] })
    const facts = living(() => ({ clients: sha256('any') }))
    assert.ok(build(sitePlays(context(store, facts))))
    assert.throws(() => build(sitePlays({ ...context(store, facts), vars })), {
      code: 'E_SECRETS_LOST',
      message: /has no clients\.authority, but node-a, node-b and node-c have it/,
    })
    store.loginAuthority('clients')
    await store.save()
    assert.ok(build(sitePlays({ ...context(store, facts), vars })))
  })

  it('are told apart from one that is another than on a node', () => {
    const other = sha256('another')
    assert.throws(
      () =>
        build(
          sitePlays(
            context(
              store,
              living(({ name }) => (name === 'node-b' ? { replicator: other } : {})),
            ),
          ),
        ),
      {
        code: 'E_SECRETS_DIFFER',
        message: /the replication password on node-b differs from postgres\.replicator in the secrets/,
        hint: /remove \/etc\/run-playbook\/secrets\/replication_password on node-b.*take-over -l node-b -e replace=true/,
      },
    )
    assert.throws(
      () =>
        build(
          sitePlays(
            context(
              store,
              living(() => ({ rewinder: other })),
            ),
          ),
        ),
      {
        message: /the rewind password on node-a, node-b and node-c differs from/,
        hint: /take-over -e replace=true/,
      },
    )
  })

  it('may be new passwords: the nodes have what the secrets had before', async () => {
    const facts = living()
    const names = (plays: readonly Play[]) => plays.map(({ name }) => name)
    assert.ok(!names(sitePlays(context(store, facts))).includes('new passwords'))
    for (const round of ['once', 'and again before any node has the first']) {
      store.adopt('postgres.replicator', new Secret('postgres.replicator', `new ${round}`))
      await store.save()
      const plays = names(sitePlays(context(store, facts)))
      const at = plays.indexOf('new passwords')
      // Known everywhere, then valid, then in use; and only then anything else.
      assert.deepEqual(plays.slice(at, at + 4), [
        'new passwords',
        'passwords of the roles',
        'passwords in use',
        'primary',
      ])
      for (const [name, make] of Object.entries(playbooks))
        assert.ok(build(make(context(store, facts))), name)
    }
  })

  it('may be given by the environment for the first time', async () => {
    const env = { RUN_PLAYBOOK_SECRET_POSTGRES_REPLICATOR: 'another' }
    const given = await home.openAs('operator', env)
    const plays = sitePlays(context(given, living())).map(({ name }) => name)
    assert.ok(plays.includes('new passwords'))
  })

  it('may be one new WireGuard key at a time', () => {
    const rotated = (...names: string[]) =>
      living(({ name }) => (names.includes(name) ? { wireguard: sha256('old') } : {}))
    assert.ok(build(sitePlays(context(store, rotated('node-b')))))
    assert.throws(() => build(sitePlays(context(store, rotated('node-a', 'node-b')))), {
      code: 'E_SECRETS_DIFFER',
      message: /the WireGuard key on node-a and node-b differs from/,
    })
  })
})
