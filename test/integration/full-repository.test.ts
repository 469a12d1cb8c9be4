import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { install } from '../support/install.ts'
import { type Namespace, makeNamespace } from '../support/namespace.ts'
import { type Cluster, makeCluster } from './pgbackrest-cluster.ts'

const run = promisify(execFile)
/** Where the script `backup` and pgBackRest's containers have their locks. */
const LOCKS = '/tmp/pgbackrest'

describe('a disk that the repository fills', function () {
  this.timeout(180_000)
  let cluster: Cluster
  let namespace: Namespace
  let made = false

  before(async () => {
    install('/usr/bin/jq', 'jq')
    cluster = makeCluster()
    cluster.stop()
    made = mkdirSync(LOCKS, { recursive: true }) !== undefined
    const { folder } = cluster
    cluster.sh(`mkdir ${folder}/state`)
    const policy = 'repo1-retention-full=1\ncompress-type=none'
    writeFileSync(
      cluster.config,
      readFileSync(cluster.config, 'utf8').replace('repo1-retention-full=9', policy),
    )
    // The paths of the image. The repository is a small disk.
    namespace = await makeNamespace(
      ['--mount'],
      `mount -t tmpfs -o size=500m,mode=0750,uid=$(id -u postgres) tmpfs ${folder}/repo
      mount -t tmpfs tmpfs /var/lib && mkdir /var/lib/pgbackrest /var/lib/run-playbook
      mount --bind ${folder}/repo /var/lib/pgbackrest
      mount --bind ${folder}/state /var/lib/run-playbook
      mount --bind ${folder}/lock ${LOCKS}
      mount -t tmpfs tmpfs /usr/local/lib && mkdir /usr/local/lib/run-playbook
      mount --bind ${resolve('docker/postgres/lib')} /usr/local/lib/run-playbook`,
    )
    await inside(`pg_ctl -D ${cluster.data} -w -l ${folder}/log/postgres.log start`)
    await inside('pgbackrest stanza-create')
  })
  after(async () => {
    cluster?.remove()
    await namespace?.remove()
    if (made) rmdirSync(LOCKS)
  })

  /** Runs a script as postgres, on the node as the container has it. */
  const inside = async (script: string): Promise<string> => {
    const [program = '', ...args] = namespace.enter
    const bin = cluster.sh('dirname "$(command -v initdb)"')
    const given = `PATH=${bin}:$PATH PGHOST=${cluster.folder}/socket POSTGRES_PORT=55432
      PGBACKREST_CONFIG=${cluster.config} PGBACKREST_STANZA=main PGBACKREST_LOG_LEVEL_CONSOLE=off
      export PATH PGHOST POSTGRES_PORT PGBACKREST_CONFIG PGBACKREST_STANZA PGBACKREST_LOG_LEVEL_CONSOLE`
    const command = ['su', '-s', '/bin/sh', 'postgres', '-c', `cd /; ${given}\n${script}`]
    return (await run(program, [...args, ...command])).stdout.trim()
  }
  /** A full backup as the service takes it. @returns what it prints, and what the status shows of it */
  const backUp = async (before = '') => {
    const printed = await inside(
      `${before} sh ${resolve('docker/postgres/pgbackrest/backup')} --type=full || :`,
    )
    const file = readFileSync(join(cluster.folder, 'state/backup.json'), 'utf8')
    const { result, text } = JSON.parse(file) as { result: string; text: string }
    return { printed, shown: `${result}: ${text}` }
  }
  /** A full backup that expires no other. */
  const keep = () => inside('pgbackrest backup --type=full --no-expire-auto')
  const labels = async (): Promise<string[]> => {
    const info = JSON.parse(await inside('pgbackrest info --output=json')) as [
      { backup: { label: string }[] },
    ]
    return info[0].backup.map(({ label }) => label)
  }
  const folders = async () =>
    (await inside('cd /var/lib/pgbackrest/backup/main && ls -d [0-9]*F')).split('\n')
  /** Something else takes all of the disk but so many MB. */
  const leave = (mb: number) =>
    inside(`cd /var/lib/pgbackrest && rm -f other
      left=$(df -Pk . | awk 'NR == 2 { print $4 }')
      head -c $(((left - ${mb} * 1024) * 1024)) /dev/zero > other`)

  it('has room for WAL again when a backup fails, without what the retention policy does not keep', async () => {
    await keep()
    await keep()
    const [old = '', kept = ''] = await labels()
    cluster.sql('CREATE TABLE big AS SELECT repeat(md5(i::text), 20) FROM generate_series(1, 100000) i')
    await inside('pgbackrest check')
    await leave(70)
    const { shown } = await backUp()
    assert.match(shown, /^failed: [^]*\nthe disk [^]*; removed the unfinished backup \d{8}-\d{6}F; expired /)
    assert.ok(shown.includes(`; expired ${old}`), shown)
    assert.deepEqual([await labels(), await folders()], [[kept], [kept]])
    await inside('pgbackrest check')
    cluster.sql('DROP TABLE big')
  })

  it('keeps what the policy keeps, and says so', async () => {
    const [kept = ''] = await labels()
    await leave(60)
    const { printed, shown } = await backUp()
    assert.match(
      printed,
      /nearly full; the retention policy allows no backup to be expired\n[^]*new backup label/,
    )
    assert.match(shown, /^ok: /)
    // After a good backup it may go.
    assert.ok(!(await labels()).includes(kept))
  })

  it('loses nothing while a restore or a copy off the site reads it', async () => {
    const [kept] = await labels()
    await leave(60)
    const { printed } = await backUp(`flock -s ${LOCKS}/expire.flock`)
    assert.match(printed, /nothing was removed: a restore or an off-site copy is running/)
    assert.equal((await labels())[0], kept)
  })

  it('has room made before a backup', async () => {
    const [old = '', kept] = await labels()
    await leave(60)
    const { printed, shown } = await backUp()
    assert.match(shown, /^ok: /)
    assert.match(
      printed,
      new RegExp(`nearly full; expired ${old}[^]*new backup label[^]*expired backup ${kept}`),
    )
  })

  it('never loses a good backup because of a newer one with damaged pages', async () => {
    const good = await labels()
    cluster.sql(
      'CREATE TABLE damaged WITH (autovacuum_enabled = off) AS SELECT i FROM generate_series(1, 10000) i',
    )
    // Nothing is left to write into its pages: PostgreSQL would write a whole one over the damage.
    cluster.sql('VACUUM (FREEZE) damaged')
    cluster.sql('CHECKPOINT')
    const file = cluster.sql("SELECT pg_relation_filepath('damaged')")
    cluster.sh(`printf damaged | dd of=${cluster.data}/${file} bs=1 seek=9000 conv=notrunc 2>/dev/null`)
    await keep()
    await leave(60)
    const { printed } = await backUp()
    assert.match(printed, /nearly full; no backup was expired, because a backup is damaged/)
    assert.equal((await labels())[0], good[0])
  })
})
