import assert from 'node:assert/strict'
import type { Host, Task } from 'run-playbook'
import type { ClusterContext } from '../../../../lib/cluster/cluster.ts'
import { parseContainers } from '../../../../lib/cluster/facts/containers.ts'
import type { NodeFact } from '../../../../lib/cluster/facts/node.ts'
import { clusterVars } from '../../../../lib/cluster/vars/cluster.ts'
import backup from '../../../../playbooks/backup.ts'
import drill from '../../../../playbooks/drill.ts'
import { promotionPlays } from '../../../../playbooks/plays/promotion.ts'
import { reclonePlays, rejoinPlays } from '../../../../playbooks/plays/rejoin.ts'
import { beforeSwitchover, sitePlays } from '../../../../playbooks/plays/site.ts'
import { Secret } from '../../../../lib/core/secret.ts'
import { type Checkout, checkout } from '../../secrets/checkout.ts'
import { factsOf, hosts, primary, replica } from '../../cluster/nodes.ts'
import { flatten } from '../../../../lib/core/task.ts'
import { tasksOf } from './tasks-of.ts'

const folders = { dataDir: '/data/postgres', backupDir: '/data/backups' }
// As docker/compose.yaml makes it.
const made = {
  name: '/postgres',
  created: '2026-01-02T03:04:05.6Z',
  image: 'run-playbook/postgres:16',
  labels: { 'org.opencontainers.image.title': 'run-playbook postgres' },
  mounts: [
    { Source: '/data/postgres', Destination: '/var/lib/postgresql/data' },
    { Source: '/data/backups', Destination: '/var/lib/pgbackrest' },
    { Source: '/root/secrets/postgres_password', Destination: '/run/secrets/postgres_password' },
  ],
}

describe('a cluster whose containers were made by hand', () => {
  let home: Checkout
  let secrets: ClusterContext['secrets']
  before(async () => {
    home = await checkout()
    secrets = await home.openAs('operator')
  })
  after(() => home.remove())

  const containers = parseContainers([`named ${JSON.stringify(made)}`], folders)
  const facts = [primary({ containers }), replica({ containers }), replica()]
  const context = (rolling: string, node: NodeFact[] = facts): ClusterContext => {
    const nodes = hosts.map((host) => ({ ...host, vars: { rolling } })) as unknown as Host[]
    return {
      vars: clusterVars.parse({ statusImage: 'mine/status' }),
      hosts: nodes,
      limited: nodes,
      facts: { node: factsOf(...node) },
      secrets,
      stateDir: home.stateDir,
    }
  }
  const keep = async () => {
    for (const name of ['postgres.superuser', 'postgres.replicator'])
      secrets.adopt(name, new Secret(name, 'x'))
    await secrets.save()
  }

  it('is known by what its container does not have', () => {
    assert.deepEqual(
      containers.map(({ owner, managed }) => ({ owner, managed })),
      [{ owner: 'recognised', managed: false }],
    )
  })

  it('is adopted first: site has no passwords of its own for it', () => {
    for (const rolling of ['later', 'restart'])
      assert.throws(() => sitePlays(context(rolling)), {
        code: 'E_ADOPT',
        message: /postgres on node-a .*no postgres\.superuser and no postgres\.replicator/,
        hint: /run-playbook adopt\..*Nothing was changed/,
      })
  })

  it('is left as it is with rolling: later, and each node says so', async () => {
    await keep()
    const all = context('later')
    const plays = sitePlays(all)
    assert.deepEqual(
      all.hosts.map((host) => tasksOf(plays, host).length),
      [0, 0, 0],
    )
    const said = plays.flatMap(({ tasks }) =>
      all.hosts.flatMap((host) =>
        flatten(tasks?.(host) ?? []).map((one) => JSON.stringify((one as Task).args)),
      ),
    )
    assert.match(
      said[0] ?? '',
      /image run-playbook\/postgres:16.*restarts the primary: run-playbook site -e rolling=restart/,
    )
    assert.match(said[1] ?? '', /It waits for node-a\. The container postgres/)
    assert.match(said[2] ?? '', /It waits for node-a\./)
    assert.deepEqual(beforeSwitchover(all), [])
  })

  it('is replaced when that is asked for, the primary first: nothing can be written in it before', async () => {
    await keep()
    const all = context('restart')
    const plays = sitePlays(all)
    const [node] = all.hosts
    assert.ok(node)
    const first = tasksOf(plays, node).filter(({ play }) => play === 'primary')
    assert.deepEqual(
      first
        .filter(({ name }) => name === 'postgres')
        .map(({ args }) => (args as { replace?: string }).replace),
      ['now'],
    )
    assert.throws(() => sitePlays(context('switchover')), {
      code: 'E_ADOPT',
      message: /no replica can be promoted/,
    })
  })

  it('keeps the password of an application: site does not make up another one', async () => {
    await keep()
    const shop = [primary({ containers, server: { withPassword: ['shop'] } }), replica(), replica()]
    const all = context('restart', shop)
    assert.throws(() => sitePlays({ ...all, vars: { ...all.vars, databases: ['shop'] } }), {
      code: 'E_SECRETS_LOST',
      message: /no postgres\.shop, but PostgreSQL has a password for shop/,
    })
  })

  it('is refused by all that works in the container', async () => {
    await keep()
    const all = context('later')
    const around = { ...all, facts: { ...all.facts, restore: {} } }
    const wish = { to: 'node-b', maxLag: 0, loseCommits: false }
    const works: Record<string, () => unknown> = {
      promote: () => promotionPlays(all, wish),
      rejoin: () => rejoinPlays(all),
      reclone: () => reclonePlays(all),
      backup: () => backup.plays?.({ ...around, vars: backup.vars.parse({}) }),
      drill: () => drill.plays?.({ ...around, vars: drill.vars.parse({}) }),
    }
    for (const [name, work] of Object.entries(works))
      assert.throws(
        work,
        { code: 'E_ADOPT', message: /postgres on node-a and node-b does not have the directories/ },
        name,
      )
  })

  it('is no cluster by hand once the containers have what site writes, or do not run', async () => {
    await keep()
    const stopped = [primary({ containers, server: undefined, container: 'exited' }), replica(), replica()]
    assert.ok(sitePlays(context('later', stopped)).length > 1)
  })
})
