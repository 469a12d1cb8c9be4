import assert from 'node:assert/strict'
import { restartNode } from '../../docker/lab/lab.ts'
import { another, assertHealthy, failOver, healthyCluster, pause, primaryNow } from './cluster.ts'
import { compare, inLoad, knock, prepareLoad, startLoad } from './load/load.ts'
import { NODES, explain, lab, onNode, psql, runJson, until } from './support.ts'

// Longer than the 30 s after which both ends give their connection up.
const CUT_SECONDS = Number(process.env['CUT_SECONDS'] ?? 40)

const cut = (node: string): Promise<string> =>
  onNode(node, 'iptables -A OUTPUT -o wg0 -j DROP; iptables -A INPUT -i wg0 -j DROP')
const mend = (node: string): Promise<string> =>
  onNode(node, 'iptables -D OUTPUT -o wg0 -j DROP; iptables -D INPUT -i wg0 -j DROP; true')

const write = (primary: string, megabytes: number): Promise<string> =>
  psql(
    primary,
    `SELECT count(pg_logical_emit_message(false, 'fill', repeat('x', 1048576))) FROM generate_series(1, ${megabytes})`,
  )

describe('a replica whose overlay is cut', function () {
  this.timeout(400_000)
  let primary: string
  let replica: string
  before(async () => {
    await healthyCluster()
    primary = await primaryNow()
    replica = another(primary)
  })

  const follows = async (): Promise<boolean> => {
    const lsn = await psql(primary, 'SELECT pg_current_wal_lsn()')
    await pause(500)
    return (await psql(replica, `SELECT pg_last_wal_replay_lsn() >= '${lsn}'`)) === 't'
  }

  it(`for ${CUT_SECONDS} s catches up by itself`, async () => {
    await cut(replica)
    await write(primary, 20)
    await pause(CUT_SECONDS * 1000)
    await mend(replica)
    await until('it follows', follows, 120)
    await assertHealthy(primary)
  })

  it('for longer than WAL is kept is copied anew by site', async () => {
    const small = ['-e', 'maxSlotWalKeepSize=64MB']
    const site = await runJson('site', ...small)
    assert.equal(site.code, 0, explain(site))
    await cut(replica)
    try {
      // wal_keep_size holds back 128 MB more, whatever the slot may keep.
      await write(primary, 300)
      await psql(primary, 'CHECKPOINT')
      await until('the slot is lost', async () => {
        await write(primary, 20)
        await psql(primary, 'CHECKPOINT')
        return (
          (await psql(primary, "SELECT count(*) FROM pg_replication_slots WHERE wal_status = 'lost'")) === '1'
        )
      })
    } finally {
      await mend(replica)
    }
    await until('the tunnel is back', async () => {
      await onNode(
        replica,
        'ping -c 1 -W 2 10.88.0.11 && ping -c 1 -W 2 10.88.0.12 && ping -c 1 -W 2 10.88.0.13',
      )
      return true
    })
    const again = await runJson('site', ...small)
    assert.equal(again.code, 0, explain(again))
    assert.ok(again.with('changed').includes(`${replica}: postgres-replica › rejoins`), explain(again))
    await until('it follows', follows)
    const back = await runJson('site')
    assert.equal(back.code, 0, explain(back))
    await assertHealthy(primary)
  })
})

describe('a primary that is cut off, alive', function () {
  this.timeout(400_000)
  before(healthyCluster)

  it('is replaced, closes itself when the network heals, and is taken back by site', async () => {
    const old = await primaryNow()
    const [wish, other] = NODES.filter((node) => node !== old) as [string, string]
    await prepareLoad(old)
    const load = await startLoad(other)
    await pause(2_000)
    await cut(old)
    await onNode(old, 'systemctl stop ssh.socket ssh 2>/dev/null; true')
    let next: string
    try {
      await inLoad(old, "INSERT INTO rows VALUES ('meanwhile')")
      next = await failOver(wish, other)
      await inLoad(old, "INSERT INTO rows VALUES ('still there')")
    } finally {
      await mend(old)
      await onNode(old, 'systemctl start ssh')
    }
    const healed = Date.now()
    const closed = () =>
      inLoad(old, "INSERT INTO rows VALUES ('too late')").then(
        () => false,
        () => true,
      )
    await until('the old primary accepts no write', closed, 20)
    console.log(`    ${old} closed itself ${Date.now() - healed} ms after the network was back`)
    const knocking = knock(old)
    await until(
      'it says why',
      async () =>
        /another node took over/.test(await onNode(old, 'docker exec postgres healthcheck.sh || true')),
      20,
    )
    const report = await load.stop()
    const site = await runJson('site')
    assert.equal(site.code, 0, explain(site))
    assert.equal(await knocking.stop(), 0, `${old} accepted a write`)
    assert.ok(site.with('changed').includes(`${old}: postgres-replica › rejoins`), explain(site))
    await assertHealthy(next)
    const { lost, doubled } = await compare(next, report)
    console.log(`    ${report.acknowledged.length} commits, ${lost.length} lost with the old primary`)
    assert.equal(doubled, 0)
    // What it had acknowledged meanwhile is lost, as the README says.
    assert.equal(
      await inLoad(next, "SELECT count(*) FROM rows WHERE id IN ('meanwhile', 'still there')"),
      '0',
    )
  })
})

describe('a reboot', function () {
  this.timeout(240_000)
  before(healthyCluster)

  it('of the primary ends with the same primary, by itself', async () => {
    const primary = await primaryNow()
    await restartNode(await lab(), primary)
    await until('it accepts writes', async () => (await primaryNow()) === primary, 120)
    await assertHealthy(primary)
    const ends = await psql(primary, 'SELECT pg_walfile_name(pg_current_wal_lsn())')
    const archived = 'SELECT last_archived_wal FROM pg_stat_archiver'
    await until('what is written is archived', async () => (await psql(primary, archived)) >= ends, 180)
  })

  it('of Docker on a replica too', async () => {
    const primary = await primaryNow()
    await onNode(another(primary), 'systemctl restart docker')
    await assertHealthy(primary)
  })
})
