import assert from 'node:assert/strict'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { run as shell } from '../../docker/lab/run.ts'
import { compare, prepareLoad, startLoad } from './load/load.ts'
import { healthyCluster, primaryNow } from './cluster.ts'
import { DIR, NODES, explain, onNode, psql, runJson } from './support.ts'

const NEXT = 'mine/adopted:next'
const HOME = `${DIR}/adopting`
const FILE = `${HOME}/inventory.adopted.ts`

const startedAt = (node: string): Promise<string> => psql(node, 'SELECT pg_postmaster_start_time()')

/** What happens under a writing client, with the primary neither restarted nor a commit lost. */
async function undisturbed(primary: string, work: () => Promise<void>): Promise<void> {
  await prepareLoad(primary)
  const load = await startLoad(primary)
  const before = await startedAt(primary)
  try {
    await work()
  } finally {
    const report = await load.stop()
    assert.ok(report.acknowledged.length > 0)
    assert.deepEqual(await compare(primary, report), { lost: [], doubled: 0 })
  }
  assert.equal(await startedAt(primary), before, `PostgreSQL was restarted on ${primary}`)
}

describe('a living cluster is adopted', function () {
  this.timeout(900_000)
  after(() => rm(HOME, { recursive: true, force: true }))

  describe('that site has made', () => {
    let primary: string
    before(async () => {
      await healthyCluster()
      primary = await primaryNow()
      await mkdir(HOME, { recursive: true })
    })

    it('with an inventory after which site has nothing to do', async () => {
      const dry = await runJson('adopt', '--check', '-e', `file=${FILE}`)
      assert.equal(dry.code, 0, explain(dry))
      await assert.rejects(readFile(FILE))
      const adopted = await runJson('adopt', '-e', `file=${FILE}`)
      assert.equal(adopted.code, 0, explain(adopted))
      await writeFile(
        `${HOME}/tsconfig.json`,
        JSON.stringify({ extends: '../../tsconfig.json', include: ['*.ts'], exclude: [] }),
      )
      await shell([process.execPath, 'node_modules/typescript/bin/tsc', '--noEmit', '-p', HOME])
      const check = await runJson('site', '--check', '-i', FILE)
      assert.equal(check.code, 0, explain(check))
      assert.deepEqual(check.with('would-change', 'unknown', 'failed'), [], explain(check))
    })

    it('and site restarts the replicas for another image, and not the primary', async () => {
      for (const node of NODES)
        await onNode(
          node,
          `docker create --name next run-playbook/postgres && docker commit -c 'LABEL run-playbook.test=next' next ${NEXT} && docker rm next`,
        )
      await undisturbed(primary, async () => {
        const site = await runJson('site', '-i', FILE, '-e', `image=${NEXT}`)
        assert.equal(site.code, 0, explain(site))
        assert.match(site.stdout, /A restart would change: image/)
        const again = await runJson('site', '--check', '-i', FILE, '-e', `image=${NEXT}`)
        assert.deepEqual(again.with('would-change', 'unknown', 'failed'), [], explain(again))
        assert.match(again.stdout, /A restart would change: image/)
      })
      const imageOf = (node: string) => onNode(node, "docker inspect -f '{{.Config.Image}}' postgres")
      assert.notEqual(await imageOf(primary), NEXT)
      for (const node of NODES.filter((one) => one !== primary)) assert.equal(await imageOf(node), NEXT)
      const restarted = await runJson('site', '-i', FILE, '-e', `image=${NEXT}`, '-e', 'rolling=restart')
      assert.equal(restarted.code, 0, explain(restarted))
      assert.equal(await imageOf(primary), NEXT)
    })
  })
})
