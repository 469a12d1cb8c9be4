import assert from 'node:assert/strict'
import { restartNode } from '../../docker/lab/lab.ts'
import { another, assertHealthy, healthyCluster, pause, primaryNow } from './cluster.ts'
import { explain, lab, onNode, psql, runJson, until } from './support.ts'

// A minute by hand.
const CUT_SECONDS = Number(process.env['CUT_SECONDS'] ?? 5)

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

describe('a reboot', function () {
  this.timeout(240_000)
  before(healthyCluster)

  it('of the primary ends with the same primary, by itself', async () => {
    const primary = await primaryNow()
    await restartNode(await lab(), primary)
    await until('it accepts writes', async () => (await primaryNow()) === primary, 120)
    await assertHealthy(primary)
  })

  it('of Docker on a replica too', async () => {
    const primary = await primaryNow()
    await onNode(another(primary), 'systemctl restart docker')
    await assertHealthy(primary)
  })
})
