import assert from 'node:assert/strict'
import { cp, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { run as shell } from '../../docker/lab/run.ts'
import { compare, prepareLoad, startLoad } from './load/load.ts'
import { healthyCluster, primaryNow } from './cluster.ts'
import {
  DIR,
  NODES,
  explain,
  freshLab,
  lab,
  onNode,
  psql,
  readJson,
  runJson,
  start,
  until,
} from './support.ts'

const NEXT = 'mine/adopted:next'
const ADDRESS = { 'node-a': '10.88.0.11', 'node-b': '10.88.0.12', 'node-c': '10.88.0.13' } as const
// A folder of secrets of its own, as of somebody who has none of the cluster.
const HOME = `${DIR}/adopting`
const FILE = `${HOME}/inventory.adopted.ts`

const startedAt = (node: string): Promise<string> => psql(node, 'SELECT pg_postmaster_start_time()')

async function mine(...args: string[]) {
  const env = {
    TEST_SSH_CONFIG: `${HOME}/ssh_config`,
    RUN_PLAYBOOK_SECRET_POSTGRES_APP: 'what the application uses',
  }
  const outcome = await start([...args, '--output', 'json'], env).done
  return readJson(outcome, outcome.stdout)
}

async function moveIn(): Promise<void> {
  const { postgresArchive } = await lab()
  await rm(HOME, { recursive: true, force: true })
  await mkdir(`${HOME}/.run-playbook/images`, { recursive: true })
  await cp(`${DIR}/ssh_config`, `${HOME}/ssh_config`)
  if (postgresArchive !== undefined)
    await link(postgresArchive, `${HOME}/.run-playbook/images/postgres.tar.gz`)
}

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

  describe('whose containers were made by hand', () => {
    before(async () => {
      await freshLab()
      await healthyCluster()
      await byHand()
      await moveIn()
    })

    it('with a silent site: nothing changes on any node until it is asked for', async () => {
      await undisturbed('node-a', async () => {
        const early = await mine('site', '--check')
        assert.equal(early.code, 1)
        assert.match(early.stdout + early.stderr, /E_ADOPT/)
        const adopted = await mine('adopt', '-e', `file=${FILE}`)
        assert.equal(adopted.code, 0, explain(adopted))
        assert.match(adopted.stdout, /node-a archives no WAL/)
        for (const args of [['--check'], []]) {
          const site = await mine('site', ...args, '-i', FILE)
          assert.equal(site.code, 0, explain(site))
          assert.deepEqual(site.with('would-change', 'changed', 'unknown', 'failed'), [], explain(site))
          assert.match(site.stdout, /restarts the primary: run-playbook site -e rolling=restart/)
        }
        const promote = await mine('promote', '-i', FILE, '-e', 'to=node-b')
        assert.equal(promote.code, 1)
        assert.match(promote.stdout + promote.stderr, /E_ADOPT/)
      })
    })

    it('not, where a container of the name is something else', async () => {
      await onNode(
        'node-c',
        `docker stop postgres && docker rename postgres aside && tar c -C /etc hostname | docker import - other/pg:16 &&
         docker create --name postgres other/pg:16 sleep 1`,
      )
      const refused = await mine('adopt', '-e', `file=${HOME}/other.ts`)
      assert.equal(refused.code, 1)
      assert.match(refused.stdout + refused.stderr, /E_ADOPT/)
      assert.match(refused.stdout + refused.stderr, /other\/pg:16\) is not made of an image of run-playbook/)
      await onNode('node-c', 'docker rm postgres && docker rename aside postgres && docker start postgres')
      await until(
        'node-c follows',
        async () => (await psql('node-c', 'SELECT count(*) FROM pg_stat_wal_receiver')) === '1',
      )
    })

    it('and taken over with one announced restart, with all its commits', async () => {
      await prepareLoad('node-a')
      const load = await startLoad('node-a')
      const site = await mine('site', '-i', FILE, '-e', 'rolling=restart')
      const report = await load.stop()
      assert.equal(site.code, 0, explain(site))
      assert.deepEqual(await compare('node-a', report), { lost: [], doubled: 0 })
      const again = await mine('site', '-i', FILE)
      assert.deepEqual(again.with('changed', 'failed'), [], explain(again))
      assert.equal(await primaryNow(), 'node-a')
    })
  })
})

/** The nodes keep their overlay and lose all else; then three containers as docker/compose.yaml makes them. */
async function byHand(): Promise<void> {
  for (const node of NODES)
    await onNode(
      node,
      `docker rm -f postgres pgbackrest pgbackrest-server postgres-status
       systemctl disable --now run-playbook-drill.timer
       rm -rf /data/postgres/* /data/backups/* /etc/run-playbook /var/lib/run-playbook/postgres /etc/systemd/system/run-playbook-drill.*
       systemctl daemon-reload
       mkdir -p /root/secrets && printf 'by hand' > /root/secrets/postgres_password && printf 'of replicas' > /root/secrets/replication_password
       chmod 0400 /root/secrets/*`,
    )
  for (const node of NODES) {
    const role = node === 'node-a' ? 'primary' : 'replica'
    await onNode(
      node,
      `docker run -d --name postgres --network host --init --restart unless-stopped --stop-timeout 120 --shm-size 256m --tmpfs /run/run-playbook \\
        --cap-drop ALL --cap-add CHOWN --cap-add DAC_OVERRIDE --cap-add FOWNER --cap-add KILL --cap-add SETGID --cap-add SETUID \\
        --security-opt no-new-privileges -e POSTGRES_OVERLAY_IP=${ADDRESS[node]} -e POSTGRES_REPLICATION_MODE=${role} \\
        -e POSTGRES_PRIMARY_HOST=${role === 'replica' ? ADDRESS['node-a'] : ''} -e 'POSTGRES_PEERS=${Object.values(ADDRESS).join(' ')}' \\
        -e POSTGRES_PASSWORD_FILE=/run/secrets/postgres_password -e POSTGRES_REPLICATION_PASSWORD_FILE=/run/secrets/replication_password \\
        -v /root/secrets/postgres_password:/run/secrets/postgres_password:ro -v /root/secrets/replication_password:/run/secrets/replication_password:ro \\
        -v /data/postgres:/var/lib/postgresql/data -v /data/backups:/var/lib/pgbackrest run-playbook/postgres`,
    )
  }
  const count = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
  await until('two replicas stream', async () => (await psql('node-a', count)) === '2', 180)
}
