import assert from 'node:assert/strict'
import { copyFile, rename } from 'node:fs/promises'
import { docker } from '../../docker/lab/engine.ts'
import { run as shell } from '../../docker/lab/run.ts'
import { NODES, explain, lab, onNode, runJson } from './support.ts'
import { assertHealthy, healthyCluster, pause, primaryNow, timelineOf } from './cluster.ts'
import { compare, prepareLoad, startLoad } from './load/load.ts'

const NEXT = `run-playbook/next-${process.pid}`
const STATUS = 'run-playbook/postgres-status:latest'
const imageOn = (node: string): Promise<string> => onNode(node, "docker inspect -f '{{.Image}}' postgres")

describe('a rolling change', function () {
  this.timeout(400_000)
  let primary: string
  before(async () => {
    await healthyCluster()
    primary = await primaryNow()
  })

  async function underLoad(...args: string[]): Promise<string> {
    await prepareLoad(primary)
    const load = await startLoad(primary)
    await pause(2_000)
    const site = await runJson('site', ...args)
    const report = await load.stop()
    assert.equal(site.code, 0, explain(site))
    const now = await primaryNow()
    const result = await compare(now, report)
    console.log(
      `    ${primary} → ${now}: ${report.acknowledged.length} commits; writes waited ${report.longestGapMs} ms`,
    )
    assert.deepEqual(result, { lost: [], doubled: 0 })
    return now
  }

  it('of the image moves the primary, loses no commit and doubles none', async function () {
    const { engine, postgresArchive } = await lab()
    // Where nodes build the image themselves there is nothing to exchange.
    if (postgresArchive === undefined) {
      console.log('    NOT TESTED: the exchange of an image, because the nodes here pull or build their own')
      return this.skip()
    }
    const kept = `${postgresArchive}.kept`
    await copyFile(postgresArchive, kept)
    try {
      const before = await imageOn(primary)
      await docker(engine, ['load', '--input', postgresArchive])
      await docker(engine, ['build', '--quiet', '--tag', NEXT, '-'], {
        input: `FROM run-playbook/postgres:latest\nLABEL run-playbook.test=${Date.now()}\n`,
        env: { DOCKER_BUILDKIT: '0' },
      })
      // Not into the file itself: it may be a link to the cache of all labs.
      await shell(
        [
          'sh',
          '-c',
          'docker save "$1" "$2" | gzip -1 > "$3.new" && mv "$3.new" "$3"',
          'sh',
          NEXT,
          STATUS,
          postgresArchive,
        ],
        { env: engine.env },
      )
      const timeline = await timelineOf(primary)
      const next = await underLoad('-e', 'rolling=switchover', '-e', `image=${NEXT}`)
      assert.notEqual(next, primary)
      assert.equal(await timelineOf(next), timeline + 1)
      const images = new Set(await Promise.all(NODES.map(imageOn)))
      assert.equal(images.size, 1)
      assert.ok(!images.has(before))
      await docker(engine, ['rmi', NEXT])
    } finally {
      await rename(kept, postgresArchive)
    }
    const back = await runJson('site')
    assert.equal(back.code, 0, explain(back))
    primary = await primaryNow()
    await assertHealthy(primary)
  })

  it('of a setting that needs a restart too, one node at a time', async () => {
    const next = await underLoad('-e', 'rolling=switchover', '-e', 'maxConnections=110')
    assert.notEqual(next, primary)
    primary = next
    const again = await runJson('site', '-e', 'rolling=switchover', '-e', 'maxConnections=110')
    assert.deepEqual(again.with('changed', 'failed'), [], explain(again))
    // Less than the primary has is no way for a standby to start: the primary is first, and restarted.
    // What an earlier run said with -e is kept by one that says nothing, and taken back when that is said.
    const kept = await runJson('site', '-e', 'rolling=switchover')
    assert.deepEqual(kept.with('changed', 'failed'), [], explain(kept))
    const asked = await runJson('site', '-e', 'maxConnections=100')
    assert.match(
      asked.stderr,
      /node-., the primary, is restarted with lower settings .*max_connections from 110 to 100/s,
      explain(asked),
    )
    const less = await runJson('site', '-e', 'maxConnections=100', '-e', 'lower=yes')
    assert.equal(less.code, 0, explain(less))
    await assertHealthy(primary)
  })
})
