import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Task } from '../../lib/core/task.ts'
import { type Pgbackrest, pgbackrest } from '../../lib/pgbackrest/modules/index.ts'
import { probeTimeless } from '../../lib/pgbackrest/modules/shared/target.ts'
import { type Done, SHELLS, converge, observe } from '../unit/modules/driver.ts'
import { type Cluster, makeCluster } from './pgbackrest-cluster.ts'

describe('pgBackRest, a real cluster', function () {
  this.timeout(900_000)
  let cluster: Cluster
  const at = () => ({ config: cluster.config })
  const weekly = () => pgbackrest.backup('it', { ...at(), policy: { full: '7d', diff: '1d' } })

  /** Applied, nothing left to do, and what was foretold has come true. */
  const reach = async (task: Task): Promise<Done> => {
    const done = await converge(task)
    assert.deepEqual(done.left, [])
    assert.deepEqual(done.wrong, [])
    return done
  }
  const look = (shell: readonly string[] = ['dash']): Promise<Pgbackrest> =>
    observe(shell, probeTimeless(at()))
  const types = async (): Promise<string> => (await look()).info.backups.map(({ type }) => type).join(' ')

  before(() => {
    cluster = makeCluster()
  })
  after(() => cluster?.remove())

  it('asks for a stanza before the first backup', async () => {
    await assert.rejects(reach(weekly()), { code: 'E_PGBACKREST_STANZA', message: /no stanza main/ })
    await assert.rejects(
      reach(pgbackrest.check('it', at())),
      /\npgBackRest: unable to load .* \(error 55\)\. .* has a stanza-create been performed\?/,
    )
  })

  it('makes a stanza, of a stopped cluster too, and then finds it in order', async () => {
    cluster.stop()
    const { changes } = await reach(pgbackrest.stanza('it', at()))
    assert.match(String(changes[0]?.to), /^PostgreSQL \d+, system \d{19}$/)
    assert.deepEqual((await reach(pgbackrest.stanza('it', at()))).changes, [])
    cluster.start()
    assert.deepEqual((await reach(pgbackrest.stanza('it', { ...at(), online: true }))).changes, [])
  })

  it('says the same of the cluster whichever shell asks, and whether or not it runs', async () => {
    const { cluster: running } = await look()
    for (const shell of Object.values(SHELLS).slice(0, 2))
      assert.deepEqual((await look(shell)).cluster, running)
    cluster.sql('CHECKPOINT')
    cluster.stop()
    assert.deepEqual((await look()).cluster, { ...running, running: false })
    cluster.start()
  })

  it('takes the backups that a policy asks for, and no others', async () => {
    const { changes } = await reach(weekly())
    assert.deepEqual(changes, [{ what: 'backup', from: 'no full backup', to: 'full' }])
    const again = await reach(weekly())
    assert.deepEqual(again.changes, [])
    assert.equal(again.plan.because, 'full of just now')
    await reach(pgbackrest.backup('it', { ...at(), now: 'diff' }))
    await reach(pgbackrest.backup('it', { ...at(), now: 'incr' }))
    assert.equal(await types(), 'full diff incr')
    await reach(pgbackrest.check('it', { ...at(), timeout: '20s' }))
  })

  it('waits for a backup that runs, and is content with it', async () => {
    cluster.sql('CREATE TABLE big AS SELECT repeat(md5(i::text), 20) FROM generate_series(1, 400000) i')
    const slow = ['--config', cluster.config, '--stanza=main', '--type=full', '--compress-level=9', 'backup']
    const postgres = ['--reuid=postgres', '--regid=postgres', '--init-groups', 'pgbackrest']
    const other = spawn('setpriv', [...postgres, ...slow], { cwd: '/', stdio: 'ignore' })
    const ended = once(other, 'close')
    const expired = { full: '1s', diff: '1s' } as const
    while (!(await look()).info.locked) await new Promise((resolve) => setTimeout(resolve, 100))
    other.kill('SIGSTOP')
    const impatient = pgbackrest.backup('it', { ...at(), policy: expired, wait: '1s' })
    await assert.rejects(converge(impatient), /still running after 1 seconds/)
    setTimeout(() => other.kill('SIGCONT'), 2000)
    const { steps } = await converge(pgbackrest.backup('it', { ...at(), policy: expired }))
    assert.equal(steps.length, 1)
    await ended
    assert.equal(await types(), 'full diff incr full')
  })

  it('takes a backup of the timeline that PostgreSQL is on', async () => {
    cluster.sh(`touch ${cluster.data}/standby.signal`)
    cluster.stop()
    cluster.start()
    assert.equal((await look()).cluster?.role, 'standby')
    const alone = pgbackrest.backup('it', { ...at(), now: 'incr' })
    await assert.rejects(converge(alone), /unable to find primary cluster.*\(error 56\)/)
    cluster.sql('SELECT pg_promote()')
    const { changes } = await reach(weekly())
    assert.deepEqual(changes, [
      { what: 'backup', from: 'full of just now on timeline 1', to: 'incr on timeline 2' },
    ])
    assert.deepEqual((await reach(weekly())).changes, [])
  })

  it('leaves the stanza of another cluster alone', async () => {
    cluster.anew()
    await assert.rejects(reach(pgbackrest.stanza('it', { ...at(), upgrade: true })), {
      code: 'E_PGBACKREST_STANZA',
      message: /is of PostgreSQL .* and the cluster here is PostgreSQL/,
    })
    await assert.rejects(reach(weekly()), { message: /another cluster/ })
    assert.equal((await look()).info.backups.length, 5)
  })

  it('says in words why nobody answers', async () => {
    await assert.rejects(reach(pgbackrest.stanza('it', { container: 'no-such-container' })), (error: Error) =>
      /no such container|docker command is not installed|docker daemon/i.test(error.message),
    )
    await assert.rejects(reach(pgbackrest.stanza('it', { ...at(), user: 'nobody-here' })), {
      message: /cannot become nobody-here/,
    })
  })
})
