import assert from 'node:assert/strict'
import {
  asOperator,
  assertTidy,
  cutConnections,
  forget,
  jobBegan,
  leftBehind,
  playbook,
  restartsOf,
  runWell,
  startOf,
  surprises,
} from './task-tree.ts'
import { type JsonOutcome, NODES, explain, lab, onNode, run, runJson, start } from './support.ts'

/** What a dry run of nodes in order still names: commands that run each time, and what may see what they change. */
const EACH_TIME = NODES.flatMap((node) =>
  [
    'as nobody',
    'not supported here',
    'synchronize',
    'synchronized',
    ...(node === 'node-a' ? [] : ['wait for node-a']),
  ].map((task) => `${node}:  › ${task}`),
)

describe('a task tree on real hosts', function () {
  this.timeout(600_000)
  const tree = playbook('tree')
  let dry: JsonOutcome
  let first: JsonOutcome
  let end: string[]
  before(async () => {
    await lab()
    await forget()
  })
  after(forget)

  const read = (node: string, path: string) => onNode(node, `cat /srv/tree/${path}`)

  it('is foretold by a dry run, which changes nothing', async () => {
    dry = await runWell(tree, '--check')
    assert.deepEqual(await leftBehind(), ['', '', ''])
    await assertTidy()
  })

  it('changes what was foretold and leaves nothing half-done', async () => {
    first = await runWell(tree)
    assert.deepEqual(surprises(dry, first), [])
    end = await leftBehind()
    await assertTidy()
  })

  it('goes on after a failure that was rescued or ignored, and counts each as what it is', async () => {
    for (const node of NODES) {
      const { failed, rescued, ignored } = first.recap.hosts[node] ?? {}
      assert.deepEqual([failed, rescued, ignored], [0, 1, 2], node)
      const upgrade = first.tasks.find(({ host, task }) => host === node && task === 'upgrade')
      assert.deepEqual([upgrade?.error?.message, upgrade?.rescued], ['the schema is too old', true])
      assert.equal(await onNode(node, 'cd /srv/tree && ls reached 2>/dev/null || true'), '')
      assert.equal(await read(node, 'rolled-back'), 'rolled back 7')
      assert.equal(await read(node, 'unlocked'), 'unlocked after 7')
      assert.equal(await read(node, 'released'), node)
      assert.equal(await read(node, 'noted'), 'release 7')
      assert.equal(await read(node, 'cache'), 'cold')
    }
  })

  it('runs on the host that it names, and once for all hosts', async () => {
    assert.equal(await onNode('node-a', 'ls /srv/tree/members'), NODES.join('\n'))
    assert.equal(await onNode('node-b', 'ls -d /srv/tree/members /srv/tree/token 2>/dev/null || true'), '')
    const token = await read('node-a', 'token')
    for (const node of NODES) assert.equal(await read(node, 'about'), `debian ${token}`)
    const made = first.tasks.filter(({ task, status }) => task === 'make a token' && status === 'changed')
    assert.deepEqual(
      made.map(({ host, delegatedTo }) => `${host} on ${delegatedTo}`),
      ['node-a on node-a'],
    )
    assert.equal(await read('node-c', '../tree.inbox/word'), 'from node-a')
  })

  it('runs as another user, and makes tasks from what it finds', async () => {
    for (const node of NODES) {
      assert.equal(await read(node, 'home/greeting'), 'hello from operator')
      assert.equal(await onNode(node, 'stat -c %U /srv/tree/home/letter'), 'operator')
      assert.equal(await onNode(node, 'ls /srv/tree/accounts'), 'operator\nroot\nsync')
    }
  })

  it('tries again until a file is there that another process makes', () => {
    const waits = first.tasks.filter(({ task }) => task === 'wait until it is ready')
    assert.deepEqual(
      waits.map(({ attempts = 1 }) => attempts > 1),
      [true, true, true],
    )
  })

  it('has nothing to change in the next run, nor in a dry run after it', async () => {
    const again = await runWell(tree)
    assert.deepEqual(again.with('changed'), [])
    const check = await runWell(tree, '--check')
    assert.deepEqual(check.with('would-change', 'unknown').toSorted(), EACH_TIME)
    assert.deepEqual(await leftBehind(), end)
  })

  it('comes to the same with --no-batch, over an account that needs a password for sudo', async () => {
    await forget()
    const single = await asOperator(tree, '--no-batch').done
    assert.equal(single.code, 0, explain(single))
    assert.deepEqual(await leftBehind(), end)
    const again = await asOperator(tree).done
    assert.match(again.stdout, /^3 hosts: 0 changed, /m, explain(again))
    await assertTidy()
  })

  it('is brought to its end after kill -9 in the middle', async () => {
    await forget()
    const { child, done } = start([tree, '--output', 'json'])
    let printed = ''
    child.stdout?.on('data', (text: Buffer) => {
      printed += text.toString()
      if (printed.includes('"task":"greet"')) child.kill('SIGKILL')
    })
    assert.equal((await done).code, null)
    await runWell(tree)
    assert.deepEqual((await runWell(tree)).with('changed'), [])
    assert.deepEqual(await leftBehind(), end)
    await assertTidy()
  })
})

describe('a play that goes through real hosts in batches', function () {
  this.timeout(600_000)
  before(async () => {
    await lab()
    await forget()
  })
  afterEach(forget)

  const rolling = (way: string, ...more: string[]) =>
    runJson(playbook('rolling'), '-e', `way=${way}`, ...more)
  /** The hosts in the order in which they worked; those of one batch in the order of their names. */
  const order = ({ tasks }: JsonOutcome, first: number) => {
    const hosts = tasks.filter(({ play }) => play === 'rolling').map(({ host }) => host)
    const seen = [...new Set(hosts)]
    const ends = seen.slice(0, first).map((host) => hosts.lastIndexOf(host))
    const begins = seen.slice(first).map((host) => hosts.indexOf(host))
    assert.ok(Math.max(...ends) < Math.min(...begins), `they overlap: ${hosts.join()}`)
    return [seen.slice(0, first).toSorted(), seen.slice(first).toSorted()]
  }

  for (const [way, first] of [
    ['one', 1],
    ['share', 2],
    ['list', 1],
  ] as const)
    it(`has batches as told: ${way}`, async () => {
      const [a, b, c] = NODES
      const batches = first === 1 ? [[a], [b, c]] : [[a, b], [c]]
      const dry = await rolling(way, '--check')
      const done = await rolling(way, ...(way === 'share' ? ['--no-batch'] : []))
      assert.deepEqual([dry.code, done.code], [0, 0], explain(done))
      assert.deepEqual([order(dry, first), order(done, first)], [batches, batches])
      assert.deepEqual(surprises(dry, done), [])
      for (const node of NODES)
        assert.equal(await onNode(node, 'cd /srv/tree; echo *'), 'behind restarted updated')
      assert.deepEqual((await rolling(way)).with('changed', 'failed'), [])
    })

  it('stops the play for the other hosts after more failures than maxFailPercentage allows, and says so', async () => {
    await onNode('node-a', 'mkdir -p /srv/tree && touch /srv/tree/broken')
    for (const more of [[], ['--no-batch']]) {
      const stopped = await run(playbook('rolling'), '-e', 'way=strict', ...more)
      assert.equal(stopped.code, 2, explain(stopped))
      assert.match(stopped.stderr, /play rolling.*node-a failed.*node-c/)
      assert.match(stopped.stdout, /^node-c .*not begun$/m)
      assert.equal(await onNode('node-c', 'ls /srv/tree 2>/dev/null || true'), '')
    }
    const on = await rolling('tolerant')
    assert.equal(on.code, 2, explain(on))
    assert.equal(await onNode('node-c', 'ls /srv/tree/behind'), '/srv/tree/behind')
    await onNode('node-a', 'rm /srv/tree/broken')
    const mended = await rolling('strict')
    assert.deepEqual(
      [mended.code, mended.with('changed').map((task) => task.slice(0, 6))],
      [0, ['node-a', 'node-a', 'node-a']],
    )
  })
})

describe('a job in the background of a real host', function () {
  this.timeout(600_000)
  const job = playbook('job')
  before(async () => {
    await lab()
    await forget()
  })
  afterEach(forget)

  const letGo = () => onNode('node-b', 'touch /srv/tree/go')
  const assertRanOnce = async () => assert.equal(await onNode('node-b', 'cat /srv/tree/import.log'), 'began')

  it('goes on when the connection is lost, and the run comes back to it', async () => {
    const dry = await runWell(job, '--check')
    const { done } = start([job])
    await jobBegan()
    await cutConnections('node-b')
    await letGo()
    const outcome = await done
    assert.equal(outcome.code, 0, explain(outcome))
    assert.match(outcome.stderr, /"import" goes on there, connecting again/)
    assert.match(outcome.stdout, /changed +import[\s\S]*imported/)
    await assertRanOnce()
    assert.deepEqual(dry.with('would-change', 'unknown'), ['node-b:  › import', 'node-b:  › last'])
    assert.deepEqual((await runWell(job)).with('changed'), [])
    await assertTidy()
  })

  for (const more of [[], ['--no-batch']])
    it(`goes on after kill -9, and the next run waits for it ${more.join()}`, async () => {
      const { child, done } = start([job, ...more])
      await jobBegan()
      child.kill('SIGKILL')
      await done
      const meanwhile = await runWell(job, '--check')
      assert.deepEqual(meanwhile.with('would-change', 'unknown'), ['node-b:  › import', 'node-b:  › last'])
      const next = runWell(job, ...more)
      await letGo()
      assert.deepEqual((await next).with('changed'), ['node-b:  › import', 'node-b:  › last'])
      await assertRanOnce()
      assert.deepEqual((await runWell(job)).with('changed'), [])
      await assertTidy()
    })
})

describe('a reboot of a real host', function () {
  this.timeout(600_000)
  const reboot = playbook('reboot')
  before(async () => {
    await lab()
    await forget()
    await onNode('node-c', 'touch /run/tree-before')
  })
  after(forget)

  it('is foretold and not made by a dry run', async () => {
    const before = await startOf('node-c')
    const dry = await runWell(reboot, '--check')
    assert.ok(dry.with('would-change').includes('node-c:  › reboot'))
    assert.equal(await startOf('node-c'), before)
  })

  it('is made once and waited for, and the next play finds the host started', async () => {
    const [before, restarts] = [await startOf('node-c'), await restartsOf('node-c')]
    const done = await runWell(reboot)
    assert.deepEqual(
      done.with('changed').map((task) => task.replace('node-c:  › ', '')),
      ['folder', 'options', 'reboot', 'after the start'],
    )
    assert.notEqual(await startOf('node-c'), before)
    assert.equal(await restartsOf('node-c'), restarts + 1)
  })

  it('is not made again', async () => {
    const before = await startOf('node-c')
    assert.deepEqual((await runWell(reboot)).with('changed'), [])
    assert.equal(await startOf('node-c'), before)
    await assertTidy()
  })
})
