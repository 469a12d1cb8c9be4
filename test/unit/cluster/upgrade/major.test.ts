import assert from 'node:assert/strict'
import type { Host } from 'run-playbook'
import type { NodeFact } from '../../../../lib/cluster/facts/node.ts'
import { refuseOldImage, refuseUnfinishedUpgrade } from '../../../../lib/cluster/refusals.ts'
import { endWords, planUpgradeAbort, planUpgradeFinish } from '../../../../lib/cluster/upgrade/abort.ts'
import { planMajor, upgradeQuestion } from '../../../../lib/cluster/upgrade/begin.ts'
import type { UpgradeFact } from '../../../../lib/cluster/upgrade/fact.ts'
import { doneWords } from '../../../../lib/cluster/upgrade/messages.ts'
import {
  type UpgradeState,
  parseUpgradeState,
  upgradeOrderText,
} from '../../../../lib/cluster/upgrade/order.ts'
import { parseRehearsal } from '../../../../lib/cluster/upgrade/rehearsal.ts'
import { a, b, bare, c, cluster, factsOf, hosts, primary, replica, silent } from '../nodes.ts'

const now = new Date('2026-11-24T14:03:00Z')
const rehearsal = parseRehearsal(
  JSON.stringify({
    at: now.getTime() / 1000 - 3600,
    result: 'ok',
    seconds: 40,
    from: '15.14',
    to: '17.6',
    backup: '20261124-020000F',
    mode: 'copy',
    times: [
      { name: 'upgrade', seconds: 6.2 },
      { name: 'start', seconds: 0.4 },
    ],
    text: '',
    checks: [],
  }),
)
assert.ok(rehearsal)
const server = { version: '15.14', tablespaces: [], logicalSlots: [], altered: ['work_mem'], prepared: 0 }
const roomy: UpgradeFact = { major: 15, dataSize: 1e9, free: 1e10, dataFree: 1e10, rehearsal, server }
const order = {
  id: '20261124T140300Z',
  node: 'node-a',
  from: 15,
  to: 17,
  image: 'run-playbook/postgres:17',
  oldImage: 'run-playbook/postgres',
  settings: ['work_mem'],
  was: { systemId: '7001', timeline: 1 },
}
const begun: UpgradeState = {
  order,
  kept: false,
  opened: false,
  done: false,
  aborting: false,
  finishing: false,
}
const done = { ...begun, kept: true, done: true }

type Said = readonly [NodeFact, Partial<UpgradeFact>?]
const withBackup = { hasBackups: true }
const healthy: readonly Said[] = [[primary(withBackup)], [replica(withBackup)], [replica(withBackup)]]
const but = (index: number, said: Said): Said[] => healthy.map((one, i) => (i === index ? said : one))
const all = (upgrade: UpgradeState, own: Partial<UpgradeState> = {}): NodeFact[] => [
  primary({ upgrade: { ...upgrade, ...own } }),
  replica({ upgrade }),
  replica({ upgrade }),
]

const plan = (said: readonly Said[], to = 17) => {
  const facts = said.map(([node]) => node)
  return planMajor(
    {
      cluster: cluster(...facts),
      facts: factsOf(...facts),
      fact: (host: Host) => ({ ...roomy, ...said[hosts.indexOf(host)]?.[1] }),
    },
    { to, image: () => 'run-playbook/postgres:17', oldImage: 'run-playbook/postgres', now },
  )
}

function refused(make: () => unknown, message: RegExp, code = 'E_UPGRADE'): void {
  assert.throws(make, (error: Error & { code?: string; hint?: string }) => {
    assert.equal(error.code, code)
    assert.match(`${error.message} ${error.hint}`, message)
    return true
  })
}

describe('an upgrade of the cluster', () => {
  it('begins on the primary, with what ALTER SYSTEM has set there', () => {
    const found = plan(healthy)
    assert.deepEqual([found.kind, found.primary, found.order], ['begin', a, order])
    assert.match(upgradeQuestion(found), /in the rehearsal that took 6\.6 s[\s\S]*pgdata\.postgres-15/)
    assert.equal(plan([[silent], [silent], [silent]]).kind, 'unknown')
  })

  it('is refused where a node could not lead back or would not have room', () => {
    const no = (said: readonly Said[], message: RegExp, code?: string) =>
      refused(() => plan(said), message, code)
    no(but(1, [silent]), /node-b cannot be reached/)
    no(but(1, [replica({ ...withBackup, dockerTrouble: 'hangs' })]), /Docker does not answer on node-b/)
    no(but(1, [replica()]), /there is no backup on node-b.*run-playbook backup -l node-b/)
    no(
      but(1, [replica({ ...withBackup, server: { receiver: null } })]),
      /node-b does not receive WAL from the primary, node-a/,
    )
    no(
      but(0, [primary({ ...withBackup, server: { position: 10n ** 9n } })]),
      /node-b is 999999000 bytes of WAL behind/,
    )
    no(
      but(2, [replica(withBackup), { dataFree: 2e9 }]),
      /need 2074 MB, but node-c has 1908 MB in \/data\/postgres/,
      'E_NO_ROOM',
    )
  })

  it('is refused for what pg_upgrade refuses or does not keep', () => {
    const no = (own: Partial<typeof server>, message: RegExp) =>
      refused(() => plan(but(0, [primary(withBackup), { server: { ...server, ...own } }])), message)
    no({ prepared: 2 }, /2 prepared transactions/)
    no({ logicalSlots: ['kafka'] as never[] }, /logical replication slots below 17: kafka/)
    no({ tablespaces: ['fast'] as never[] }, /tablespaces.*: fast/)
    refused(() => plan(healthy, 15), /has PostgreSQL 15/)
  })

  it('is refused without a rehearsal that went well within a week', () => {
    const no = (last: UpgradeFact['rehearsal'], message: RegExp) =>
      refused(() => plan(healthy.map(([node]) => [node, { rehearsal: last }])), message)
    no(undefined, /was not rehearsed.*-e rehearse=yes/)
    no({ ...rehearsal, to: '16.2' }, /from PostgreSQL 15 to 17 was not rehearsed/)
    no({ ...rehearsal, at: rehearsal.at - 8 * 86_400 }, /8 days old/)
    no({ ...rehearsal, result: 'failed', text: 'check: no' }, /the rehearsal failed: check: no/)
  })

  it('goes on when it was interrupted, and says what else was', () => {
    const on = (facts: NodeFact[], to = 17) =>
      plan(
        facts.map((one): Said => [one]),
        to,
      )
    assert.deepEqual([on(all(begun)).kind, on(all(begun)).order], ['continue', order])
    assert.match(upgradeQuestion(on(all(begun))), /that was begun goes on/)
    // The order came to one node only.
    assert.equal(on([primary(), replica({ upgrade: begun }), replica()]).kind, 'continue')
    assert.equal(on(all(done, { done: false })).kind, 'continue')
    refused(() => on(all(begun), 18), /to PostgreSQL 17 was begun, not to 18/)
    refused(() => on([...all(begun).slice(0, 2), silent]), /node-c cannot be reached.*abort=yes/)
    refused(() => on(all(begun, { aborting: true })), /an abort .* was begun.*Finish the abort first/)
    refused(() => on(all(done, { finishing: true })), /removal of the old data was begun/)
    refused(() => on(all(done)), /upgraded to PostgreSQL 17 already.*abort=yes.*finish=yes/)
  })
})

describe('the abort of an upgrade', () => {
  const plan = (facts: NodeFact[], loseCommits = false) =>
    planUpgradeAbort(cluster(...facts), { loseCommits })
  const no = (facts: NodeFact[], message: RegExp) => refused(() => plan(facts), message, 'E_ABORT')

  it('leads back from any moment, on the nodes that know of it', () => {
    assert.deepEqual(plan([primary(), replica(), replica()]), { kind: 'nothing' })
    assert.deepEqual(plan(all(begun)), { kind: 'end', order, hosts: [a, b, c], primary: a })
    const early = plan([primary({ upgrade: begun }), replica(), silent])
    assert.deepEqual(early.kind === 'end' && early.hosts, [a])
    const rest = plan([primary(), replica({ upgrade: { ...done, aborting: true } }), replica()])
    assert.deepEqual(rest.kind === 'end' && rest.hosts, [b])
  })

  it('asks for commits that may be lost by name, once', () => {
    const open = all(done, { opened: true })
    no(open, /clients may have written to it.*-e lose-commits=yes/)
    assert.equal(plan(open, true).kind, 'end')
    assert.equal(plan(all(done, { opened: true, aborting: true })).kind, 'end')
  })

  it('is refused where it does not know, or cannot', () => {
    no([silent, replica({ upgrade: begun }), replica({ upgrade: begun })], /node-a, which has the old data/)
    no(all(done, { opened: true, finishing: true }), /the point of no return has been passed.*finish=yes/)
    no(
      [primary({ upgrade: begun }), replica({ upgrade: begun, dockerTrouble: 'hangs' }), replica()],
      /Docker does not answer on node-b/,
    )
  })
})

describe('the old data of an upgrade', () => {
  const finish = (facts: NodeFact[], image = order.image) => planUpgradeFinish(cluster(...facts), { image })

  it('are removed when the upgrade is complete and the inventory has the new image', () => {
    assert.deepEqual(finish([primary(), replica(), replica()]), { kind: 'nothing' })
    assert.equal(finish(all(done)).kind, 'end')
    assert.equal(finish(all({ ...done, done: false, finishing: true })).kind, 'end')
    refused(() => finish(all(begun)), /the upgrade is not complete/)
    refused(() => finish(all(done, { aborting: true })), /is being aborted/)
    refused(() => finish(all(done), 'run-playbook/postgres'), /Set image: 'run-playbook\/postgres:17'/)
  })

  it('are told of when it is done', () => {
    assert.equal(doneWords(cluster(...all(begun)), order.image), undefined)
    const words = doneWords(cluster(...all(done)), order.oldImage) ?? ''
    assert.match(words, /Set image: 'run-playbook\/postgres:17'[\s\S]*finish=yes[\s\S]*abort=yes/)
    assert.doesNotMatch(doneWords(cluster(...all(done)), order.image) ?? '', /Set image/)
    assert.match(endWords('abort', { kind: 'nothing' }, 15), /The cluster is PostgreSQL 15/)
    assert.match(
      endWords('finish', { kind: 'end', order, hosts: [b], primary: a }, 17),
      /Not on all nodes: node-b/,
    )
  })
})

describe('what else runs while there is an upgrade', () => {
  const unfinished = (facts: NodeFact[]) =>
    refuseUnfinishedUpgrade(hosts, (host) => facts[hosts.indexOf(host)] ?? bare)
  const image = (facts: NodeFact[], name: string) =>
    refuseOldImage(hosts, (host) => facts[hosts.indexOf(host)] ?? bare, { image: name })

  it('is refused until it is complete', () => {
    unfinished([primary(), replica(), replica()])
    unfinished(all(done))
    const code = 'E_UPGRADE_UNFINISHED'
    refused(() => unfinished(all(begun)), /upgrade -e to=17\. To abort it/, code)
    refused(() => unfinished(all(done, { aborting: true })), /-e abort=yes/, code)
    refused(() => unfinished(all(done, { finishing: true })), /-e finish=yes/, code)
  })

  it('is refused with the old image when it is complete', () => {
    image(all(begun), order.oldImage)
    image(all(done), order.image)
    refused(
      () => image(all(done), order.oldImage),
      /Set image: 'run-playbook\/postgres:17'/,
      'E_UPGRADE_IMAGE',
    )
  })
})

describe('what a node says of an upgrade that was begun', () => {
  const read = (...lines: (readonly [string, string])[]) => parseUpgradeState(new Map(lines))
  const text = upgradeOrderText(order).trim()

  it('counts where it is of this upgrade', () => {
    assert.deepEqual(read(['upgrade', text]), begun)
    const marks = (id: string) =>
      (['opened', 'done', 'aborting', 'finishing'] as const).map((name) => [`upgrade.${name}`, id] as const)
    assert.deepEqual(read(['upgrade', text], ...marks('20250101T000000Z')), begun)
    assert.deepEqual(read(['upgrade', text], ...marks(order.id), ['upgrade.kept', 'pgdata.postgres-15']), {
      order,
      kept: true,
      opened: true,
      done: true,
      aborting: true,
      finishing: true,
    })
    assert.equal(read(['upgrade', text], ['upgrade.kept', 'pgdata.postgres-14'])?.kept, false)
  })

  it('is nothing where it makes no sense', () => {
    assert.equal(read(), undefined)
    assert.equal(read(['upgrade', '{']), undefined)
    assert.equal(read(['upgrade', JSON.stringify({ ...order, id: '../x y' })]), undefined)
    assert.equal(read(['upgrade', JSON.stringify({ ...order, settings: ['x; rm -rf /'] })]), undefined)
  })
})
