import assert from 'node:assert/strict'
import { type Ended, objects, playbookOf, project, runCli, start, until } from '../../support/cli.ts'

/** Each line is an object, the last one is the recap with the exit status. */
function assertContract({ code, stdout }: Ended): Record<string, unknown>[] {
  assert.ok(stdout === '' || stdout.endsWith('\n'), stdout)
  const lines = objects(stdout)
  for (const line of lines) assert.equal(typeof line['type'], 'string', JSON.stringify(line))
  assert.equal(lines.filter(({ type }) => type === 'recap').length, 1, stdout)
  const last = lines.at(-1)
  assert.equal(last?.['type'], 'recap')
  assert.equal(last?.['exitCode'], code)
  return lines
}

describe('--output json', function () {
  const own = project({
    'playbooks/fine.ts': `console.log('from the playbook')\nprocess.stdout.write('and more\\n')\n${playbookOf("[shell('x', { script: 'echo printed' })]")}`,
    'playbooks/broken.ts': 'export default 3\n',
    'playbooks/leaves.ts': 'process.exit(0)\n',
    'playbooks/throws.ts': `setTimeout(() => { throw new Error('later') }, 300)\n${playbookOf("[shell('x', { script: 'sleep 5' })]")}`,
    'playbooks/asks.ts': playbookOf(
      "[shell('x', { script: 'true' })]",
      "confirm: () => ({ text: 'All data are lost.', yes: 'sure=yes' }),",
    ),
    'playbooks/slow.ts': playbookOf(
      "Array.from({ length: 30 }, (_, i) => shell(`step ${i}`, { script: 'sleep 1' }))",
    ),
  })
  after(() => own.remove())
  const json = (...args: string[]) => runCli(own, ['--output', 'json', ...args])

  it('is kept for a run, and what the playbook prints goes to standard error', async () => {
    const ended = await json('fine')
    const lines = assertContract(ended)
    assert.equal(ended.code, 0)
    const task = lines.find(({ type }) => type === 'task')
    assert.equal(task?.['stdout'], 'printed\n')
    assert.match(ended.stderr, /^from the playbook\nand more\n/)
  })

  const wrong: [string, string[], number, RegExp][] = [
    ['a misspelled argument', ['fine', '--chekc'], 1, /unknown option '--chekc'/],
    ['no playbook at all', [], 1, /missing required argument/],
    ['a missing playbook', ['nope'], 1, /there is no playbook nope/],
    ['a playbook that is none', ['broken'], 1, /is not a playbook/],
    ['a playbook that ends the process', ['leaves'], 1, /must not call process.exit/],
    ['an error that comes later', ['throws'], 1, /later/],
    ['a missing inventory', ['fine', '-i', 'nowhere.ts'], 1, /there is no inventory/],
    ['a host that does not exist', ['fine', '-l', 'nobody'], 1, /nobody is neither a host nor a group/],
    ['a refused confirmation', ['asks'], 1, /nothing was changed/],
    ['a wrong report', ['fine', '--report', 'x.txt'], 1, /ends in \.xml or \.jsonl/],
    ['a command that comes too late', ['exec', '-l', 'all'], 1, /exec is a command. Write it first/],
  ]
  for (const [what, args, code, message] of wrong)
    it(`ends with a recap after ${what}`, async () => {
      const ended = await json(...args)
      const lines = assertContract(ended)
      assert.equal(ended.code, code)
      const error = lines.at(-1)?.['error'] as { message: string }
      assert.match(error.message, message)
      assert.match(ended.stderr, message)
    })

  it('is kept for lists', async () => {
    const lists: [string, object][] = [
      ['--list-hosts', { type: 'list', play: 'p', hosts: ['here'] }],
      [
        '--list-tasks',
        { type: 'list', play: 'p', tasks: [{ role: '', task: 'x', module: 'shell', tags: [] }] },
      ],
      ['--list-tags', { type: 'list', play: 'p', tags: [] }],
    ]
    for (const [option, expected] of lists) {
      const lines = assertContract(await json('fine', option))
      assert.deepEqual(lines[0], expected)
      assert.equal(lines.length, 2)
    }
  })

  it('is kept for --help and --version', async () => {
    for (const option of ['--help', '--version']) assert.equal(assertContract(await json(option)).length, 1)
  })

  for (const signals of [
    ['SIGINT'],
    ['SIGTERM'],
    ['SIGHUP'],
    ['SIGINT', 'SIGINT'],
    ['SIGTERM', 'SIGINT'],
  ] as const)
    it(`ends with a recap after ${signals.join(' and ')}`, async () => {
      const { child, ended, printed } = start(own, ['--output', 'json', 'slow'])
      await until('a change', () => printed().stdout.includes('"type":"play"'))
      // Node.js itself dies of a signal that comes while it ends.
      const ending = (): boolean => printed().stdout.includes('"type":"recap"')
      for (const signal of signals) {
        if (!ending()) child.kill(signal)
        await new Promise((resolve) => setTimeout(resolve, 300))
      }
      const begin = performance.now()
      // What the engine does after the first one is not tested here; the second one ends all.
      if (signals.length === 1 && !ending()) child.kill('SIGINT')
      const outcome = await ended
      assert.equal(outcome.code, 130)
      assertContract(outcome)
      assert.ok(performance.now() - begin < 15_000)
    })

  it('ends with a recap when it is interrupted before anything is run', async () => {
    own.write(
      'playbooks/hangs.ts',
      "console.log('loading')\nawait new Promise((done) => setTimeout(done, 20_000))\nexport default 1\n",
    )
    const { child, ended, printed } = start(own, ['--output', 'json', 'hangs'])
    await until('loading', () => printed().stderr.includes('loading'))
    assert.equal(printed().stdout, '')
    child.kill('SIGTERM')
    const outcome = await ended
    assert.equal(outcome.code, 130)
    assertContract(outcome)
  })
})
