import assert from 'node:assert/strict'
import type { Host } from 'run-playbook'
import type { ClusterContext } from '../../../../lib/cluster/cluster.ts'
import { type ClusterVars, clusterVars } from '../../../../lib/cluster/vars/cluster.ts'
import { sitePlays } from '../../../../playbooks/plays/site.ts'
import { a, b, factsOf, hosts, primary, replica } from '../../cluster/nodes.ts'
import { type Checkout, checkout } from '../../secrets/checkout.ts'
import { tasksOf } from './tasks-of.ts'

describe('clients in pg_hba.conf', () => {
  let home: Checkout
  let secrets: ClusterContext['secrets']
  before(async () => {
    home = await checkout()
    secrets = await home.openAs('operator')
  })
  after(() => home.remove())

  /** The lines of a node, by who comes and what is asked of them. */
  function lines(host: Host, vars: Partial<ClusterVars>): string[] {
    const context: ClusterContext = {
      vars: clusterVars.parse({ statusImage: 'mine/status', ...vars }),
      hosts,
      limited: hosts,
      facts: { node: factsOf(primary(), replica(), replica()) },
      secrets,
      stateDir: home.stateDir,
    }
    const task = tasksOf(sitePlays(context), host).find(({ name }) => name === 'pg_hba.conf')
    const { payload } = (task?.args ?? {}) as { payload?: { text?: string } }
    return (payload?.text ?? '')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.replace(/ +/g, ' '))
  }

  it('may come without TLS where nothing is said', () => {
    const said = lines(a, {})
    assert.equal(said.at(-1), 'host all all 10.88.0.0/24 scram-sha-256')
    assert.ok(!said.some((line) => line.startsWith('hostssl')))
  })

  it('may not where it is required, and what the cluster needs stays as it is', () => {
    for (const host of [a, b]) {
      const [plain, strict] = [lines(host, {}), lines(host, { clientTls: 'require' })]
      assert.equal(strict.at(-1), 'hostssl all all 10.88.0.0/24 scram-sha-256')
      assert.deepEqual(strict.slice(0, -1), plain.slice(0, -1))
    }
  })
})
