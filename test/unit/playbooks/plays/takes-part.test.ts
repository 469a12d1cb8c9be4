import assert from 'node:assert/strict'
import type { Host } from 'run-playbook'
import type { ClusterContext } from '../../../../lib/cluster/cluster.ts'
import { promotionPlays } from '../../../../playbooks/plays/promotion.ts'
import { sitePlays } from '../../../../playbooks/plays/site.ts'
import { clusterVars } from '../../../../lib/cluster/vars/cluster.ts'
import { type Checkout, checkout } from '../../secrets/checkout.ts'
import { a, b, bare, c, factsOf, hosts, orphan, primary, replica } from '../../cluster/nodes.ts'

describe('who takes part in a promotion', () => {
  let home: Checkout
  let secrets: ClusterContext['secrets']
  before(async () => {
    home = await checkout()
    secrets = await home.openAs('operator')
  })
  after(() => home.remove())

  const context = (limited: Host[], facts = {}): ClusterContext => {
    const rolling = hosts.map((host) => ({ ...host, vars: { rolling: 'switchover' } })) as unknown as Host[]
    return {
      vars: clusterVars.parse({}),
      hosts: rolling,
      limited: rolling.filter(({ name }) => limited.some((host) => host.name === name)),
      facts: { node: facts },
      secrets,
      stateDir: home.stateDir,
    }
  }
  const wish = { to: 'node-b', maxLag: 0, loseCommits: false }
  const outdated = factsOf(primary({ server: { pendingRestart: ['max_connections'] } }), replica(), replica())
  const names = (...limited: Host[]) => sitePlays(context(limited, outdated)).map(({ name }) => name)

  it('is everybody: with --limit the old primary would stay open beside the new one', () => {
    const promote = (...limited: Host[]) => promotionPlays(context(limited), wish)
    assert.throws(() => promote(b), { code: 'E_LIMITED', message: /leaves out node-a and node-c/ })
    assert.throws(() => promote(a, b), { code: 'E_LIMITED', message: /leaves out node-c/ })
    assert.ok(promote(a, b, c).length > 0)
  })

  it('is everybody where site replaces the primary, which is left alone when --limit leaves it out', () => {
    assert.ok(names(a, b, c).includes('hand over'))
    assert.throws(() => names(a, b), { code: 'E_LIMITED' })
    assert.ok(!names(b).includes('promote'))
  })
  it('is nobody without data: its overlay may be gone with its disk, and to copy it is for site', () => {
    const lost = context([a, b, c], factsOf(bare, orphan(1000), orphan(1000)))
    const plays = promotionPlays(lost, wish)
    const everywhere = plays.filter(({ hosts }) => hosts === 'postgres')
    const count = (host: Host) =>
      everywhere.flatMap(({ roles }) => roles?.(host) ?? []).filter(Boolean).length
    const [first, , third] = lost.hosts.map(count)
    assert.equal(first, 0)
    assert.ok(third)
  })
})
