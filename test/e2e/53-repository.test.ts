import assert from 'node:assert/strict'
import { another, healthyCluster, primaryNow } from './cluster.ts'
import { compare, inLoad, prepareLoad, startLoad } from './load/load.ts'
import { knowsItsFiles, lastDrill, problemTexts, untilWell, words } from './repository.ts'
import { NODES, explain, onNode, psql, run, until } from './support.ts'

const REPOSITORY = '/data/backups'
// Of one writer on a machine that restores three databases meanwhile.
const LONGEST_GAP_MS = 10_000

/** Its containers see what is mounted on the repository's folder only when they start. */
async function mounted(node: string, script: string): Promise<void> {
  await onNode(
    node,
    `set -e; all=$(docker ps -q); docker stop $all >/dev/null; ${script}; docker start $all >/dev/null`,
  )
  await until(`${node} accepts connections`, async () => (await psql(node, 'SELECT 1')) === '1')
}

const ontoSmallDisk = `mv ${REPOSITORY} ${REPOSITORY}.disk; mkdir ${REPOSITORY}
  mount -t tmpfs -o size=400m tmpfs ${REPOSITORY}; cp -a ${REPOSITORY}.disk/. ${REPOSITORY}; chmod --reference=${REPOSITORY}.disk ${REPOSITORY}; chown --reference=${REPOSITORY}.disk ${REPOSITORY}`
const ontoOwnDisk = `rm -rf ${REPOSITORY}.disk/*; cp -a ${REPOSITORY}/. ${REPOSITORY}.disk; umount ${REPOSITORY}
  rmdir ${REPOSITORY}; mv ${REPOSITORY}.disk ${REPOSITORY}`

async function assertDrillFails(nodes: readonly string[]): Promise<void> {
  const before = await Promise.all(nodes.map(problemTexts))
  const drill = await run('drill', '-l', nodes.join(','))
  assert.equal(drill.code, 2, explain(drill))
  for (const [i, node] of nodes.entries()) {
    const { result, text: said } = await lastDrill(node)
    assert.equal(result, 'failed', said)
    const texts = [...(before[i] ?? []), ...(await problemTexts(node))]
    assert.ok(
      texts.some((text) => said.includes(text)),
      `${said}\nis none of\n${texts.join('\n')}`,
    )
    assert.ok((drill.stdout + drill.stderr).includes(said.slice(0, 60)), explain(drill))
  }
}

describe('a repository that is ill', function () {
  this.timeout(600_000)
  let load: Awaited<ReturnType<typeof startLoad>>
  let primary: string
  let replica: string
  let third: string

  before(async () => {
    await healthyCluster()
    for (const node of NODES) await untilWell(node)
    primary = await primaryNow()
    replica = another(primary)
    third = another(primary, replica)
    // In an incremental one, the bytes that are damaged may belong to no file.
    const full = await run('backup', '-e', 'type=full', '-l', third)
    assert.equal(full.code, 0, explain(full))
    // A file is known to have changed once it was seen as it was: the repository is walked through twice a minute.
    await until('the files of the new backup are known', () => knowsItsFiles(third), 120)
    for (const node of [primary, replica]) await mounted(node, ontoSmallDisk)
    await prepareLoad(primary)
    load = await startLoad(third, 1)
  })

  after(async () => {
    // A drill that failed stands in `systemctl --failed` until the next one, and the lab wants none there.
    for (const node of NODES) await onNode(node, 'systemctl reset-failed')
    for (const node of [primary, replica]) await mounted(node, ontoOwnDisk)
    for (const node of [primary, replica]) await untilWell(node)
  })

  it('is described in words within a minute: a full disk, a damaged file, a wrong owner', async () => {
    await onNode(primary, `cat /dev/zero > ${REPOSITORY}/fill 2>/dev/null || true`)
    await onNode(
      third,
      `cp -a ${REPOSITORY}/backup/main/latest/bundle/1 /data/spared
      dd if=/dev/urandom of=${REPOSITORY}/backup/main/latest/bundle/1 bs=1k seek=8 count=4 conv=notrunc 2>/dev/null`,
    )
    await onNode(replica, `chown -R root:root ${REPOSITORY}`)
    const [full, changed, owner] = await Promise.all([
      words(primary, 'full'),
      words(third, 'changed'),
      words(replica, 'wrong-owner'),
    ])
    assert.match(full, /disk of the repository is full/)
    assert.match(changed, /bundle\/1 was changed after it was written/)
    assert.match(owner, /have the wrong owner, such as \S+ \(uid 0\); the owner should be postgres/)
    assert.match(await words(third, 'corrupt'), /found damage: .*\d{8}-\d{6}F/)
  })

  it('fails the drill, with the same words', async () => {
    await assertDrillFails(NODES)
  })

  it('is well again by itself once it is repaired', async () => {
    await onNode(primary, `rm ${REPOSITORY}/fill`)
    await onNode(
      third,
      `cp -a /data/spared "$(readlink -f ${REPOSITORY}/backup/main/latest)/bundle/1"; rm /data/spared`,
    )
    await onNode(replica, `chown -R --reference=/data/postgres/pgdata ${REPOSITORY}`)
    await Promise.all(NODES.map((node) => untilWell(node)))
  })

  it('says that it is read-only, and fails the drill', async () => {
    await until('remounted', () => onNode(replica, `mount -o remount,ro ${REPOSITORY}`).then(() => true))
    try {
      assert.match(await words(replica, 'read-only'), /file system of the repository is read-only/)
      await assertDrillFails([replica])
    } finally {
      await onNode(replica, `mount -o remount,rw ${REPOSITORY}`)
    }
    await untilWell(replica)
  })

  it('has not held up the database, and can be restored from again', async () => {
    const report = await load.stop()
    // An archive that is ill is so for a minute or more, and so would be what waits for it.
    const { longestGapMs, acknowledged } = report
    assert.ok(longestGapMs < LONGEST_GAP_MS, `no commit for ${longestGapMs} ms`)
    assert.ok(acknowledged.length > 1_000, `${acknowledged.length} commits in all that time`)
    console.log(`    ${acknowledged.length} commits, never ${longestGapMs + 1} ms without one`)
    const { lost, doubled } = await compare(primary, report)
    assert.deepEqual({ lost, doubled }, { lost: [], doubled: 0 })
    const rows = await inLoad(primary, 'SELECT count(*) FROM rows')
    for (const node of NODES)
      await until(
        `all rows on ${node}`,
        async () => (await inLoad(node, 'SELECT count(*) FROM rows')) === rows,
      )
    const drill = await run('drill')
    assert.equal(drill.code, 0, explain(drill))
    assert.match(drill.stdout, /restored to \d{4}-.*, archive, restore, moment, tables, pages proved/)
  })
})
