import assert from 'node:assert/strict'
import type { Host } from 'run-playbook'
import type { ClusterContext } from '../../../roles/cluster/cluster.ts'
import { promotionPlays } from '../../../roles/cluster/promotion-plays.ts'
import { sitePlays } from '../../../roles/cluster/site.ts'
import { clusterVars } from '../../../roles/cluster/vars.ts'
import { type Checkout, checkout } from '../secrets/checkout.ts'
import { a, b, c, factsOf, hosts, primary, replica } from './nodes.ts'

describe('--limit and a promotion', () => {
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
      facts,
      secrets,
      stateDir: home.stateDir,
    }
  }
  const wish = { to: 'node-b', maxLag: 0, loseCommits: false }
  const outdated = factsOf(primary({ server: { pendingRestart: ['max_connections'] } }), replica(), replica())
  const names = (...limited: Host[]) => sitePlays(context(limited, outdated)).map(({ name }) => name)

  it('is refused before anybody is asked: the old primary would stay open beside the new one', () => {
    const promote = (...limited: Host[]) => promotionPlays(context(limited), wish)
    assert.throws(() => promote(b), { code: 'E_LIMITED', message: /leaves out node-a and node-c/ })
    assert.throws(() => promote(a, b), { code: 'E_LIMITED', message: /leaves out node-c/ })
    assert.ok(promote(a, b, c).length > 0)
  })

  it('is refused where site would replace the primary, which is left alone when it is not among them', () => {
    assert.ok(names(a, b, c).includes('hand over'))
    assert.throws(() => names(a, b), { code: 'E_LIMITED' })
    assert.ok(!names(b).includes('promote'))
  })
})
