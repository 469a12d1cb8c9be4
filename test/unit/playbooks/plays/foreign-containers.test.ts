import assert from 'node:assert/strict'
import type { Play } from 'run-playbook'
import type { NodeContainer } from '../../../../lib/cluster/facts/containers.ts'
import type { NodeFact } from '../../../../lib/cluster/facts/node.ts'
import { nodeRoleVarsOf } from '../../../../lib/cluster/node-role-vars.ts'
import { restoreFact } from '../../../../lib/cluster/restore/fact.ts'
import { clusterVars } from '../../../../lib/cluster/vars/cluster.ts'
import { restoreVars } from '../../../../lib/cluster/restore/request.ts'
import backup from '../../../../playbooks/backup.ts'
import drill from '../../../../playbooks/drill.ts'
import promote from '../../../../playbooks/promote.ts'
import reclone from '../../../../playbooks/reclone.ts'
import rejoin from '../../../../playbooks/rejoin.ts'
import restore from '../../../../playbooks/restore.ts'
import site from '../../../../playbooks/site.ts'
import { type Checkout, checkout } from '../../secrets/checkout.ts'
import type { ClusterContext } from '../../../../lib/cluster/cluster.ts'
import { a, b, bare, factsOf, hosts, primary, replica } from '../../cluster/nodes.ts'

const box = (name: string, owner: NodeContainer['owner']): NodeContainer => ({
  name,
  owner,
  managed: true,
  image: 'postgres:16',
  created: '2026-01-02T03:04:05.6Z',
})

describe('a container of somebody else that has a name of the cluster', () => {
  let home: Checkout
  let secrets: ClusterContext['secrets']
  before(async () => {
    home = await checkout()
    secrets = await home.openAs('operator')
  })
  after(() => home.remove())

  const around = (facts: NodeFact[], limited = hosts) => ({
    hosts,
    limited,
    facts: { node: factsOf(...facts), restore: { 'node-a': restoreFact.unknown } },
    secrets,
    stateDir: home.stateDir,
  })
  const vars = (more = {}) => clusterVars.parse(more)
  type Run = (facts: NodeFact[], more?: object) => readonly Play[] | undefined
  const playbooks: Record<string, Run> = {
    site: (facts, more) => site.plays?.({ ...around(facts), vars: vars(more) }),
    'site before a switchover': (facts, more) => site.prepare?.({ ...around(facts), vars: vars(more) }),
    rejoin: (facts, more) => rejoin.plays?.({ ...around(facts), vars: vars(more) }),
    reclone: (facts, more) =>
      reclone.plays?.({ ...around(facts, [b]), vars: reclone.vars.parse(more ?? {}) }),
    promote: (facts, more) =>
      promote.plays?.({ ...around(facts), vars: promote.vars.parse({ to: 'node-b', ...more }) }),
    restore: (facts, more) => restore.plays?.({ ...around(facts), vars: restoreVars.parse(more ?? {}) }),
    'restore, before': (facts, more) =>
      restore.prepare?.({ ...around(facts), vars: restoreVars.parse(more ?? {}) }),
    'restore -e remove=yes': (facts, more) =>
      restore.plays?.({ ...around(facts), vars: restoreVars.parse({ remove: true, ...more }) }),
    backup: (facts, more) => backup.plays?.({ ...around(facts), vars: backup.vars.parse(more ?? {}) }),
    drill: (facts, more) => drill.plays?.({ ...around(facts), vars: drill.vars.parse(more ?? {}) }),
  }
  const living = (containers: NodeContainer[]) => [
    primary(),
    replica({ containers: containers.filter(({ name }) => name !== 'postgres') }),
    replica({ containers }),
  ]
  const foreign = [box('postgres', 'foreign'), box('pgbackrest', 'foreign')]

  for (const [name, plays] of Object.entries(playbooks)) {
    it(`stops ${name} before anything is changed on any node`, () => {
      assert.throws(() => plays(living(foreign)), {
        code: 'E_FOREIGN_CONTAINER',
        message: /pgbackrest on node-b \(image postgres:16, created 2026-01-02 03:04 UTC\).* on node-c/,
        hint: /Nothing was changed on any node.*-e adopt=yes/,
      })
    })
  }

  for (const [name, plays] of Object.entries(playbooks))
    it(`is not even looked for by ${name} where the engine is another: nothing is changed on any node`, () => {
      const facts = [
        primary(),
        replica(),
        replica({ otherEngine: 'rootless Docker (/run/user/1/docker.sock)' }),
      ]
      for (const more of [{}, { adopt: 'yes' }])
        assert.throws(() => plays(facts, more), {
          code: 'E_DOCKER_ENGINE',
          message: /Found instead: rootless Docker \(\/run\/user\/1\/docker\.sock\) on node-c$/,
          hint: /Nothing was changed on any node/,
        })
    })

  it('is named with its node, on bare nodes too, one that a replacement left as well', () => {
    const facts = [bare, bare, { ...bare, containers: [box('postgres.run-playbook-old', 'foreign')] }]
    assert.throws(() => playbooks['site']?.(facts), {
      message: /a container .*: postgres\.run-playbook-old on node-c \(/,
    })
  })

  it('is no hindrance to what does not touch it', () => {
    const restoring = [primary(), replica({ containers: [box('postgres-restore', 'foreign')] }), replica()]
    assert.ok(playbooks['promote']?.(restoring))
    assert.ok(playbooks['backup']?.(restoring))
  })

  it('is taken over with adopt=yes, and so is what an earlier version made, without asking', () => {
    const adopting = (facts: NodeFact[], more = {}) => {
      assert.ok(playbooks['site']?.(facts, more))
      const context = { ...around(facts), vars: vars(more) }
      return hosts.map((host) => nodeRoleVarsOf(context, a)(host).adopt)
    }
    assert.deepEqual(adopting(living(foreign), { adopt: 'yes' }), [true, true, true])
    assert.deepEqual(adopting(living([box('postgres', 'recognised')])), [false, false, true])
    assert.deepEqual(adopting(living([box('postgres', 'marked')])), [false, false, false])
  })
})
