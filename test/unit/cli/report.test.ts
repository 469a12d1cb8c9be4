import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type Project, objects, playbookOf, project, runCli, start, until } from '../../support/cli.ts'
import { LONG } from '../../support/often.ts'
import { assertWellFormed } from '../reporters/well-formed.ts'

const STEPS = 14
/** The last steps wait for a file: a run is not at its end before it is killed, on a slow machine either. It ends with the test too. */
const steps = (folder: string, last = ':'): string =>
  `Array.from({ length: ${STEPS} }, (_, i) => shell('step ' + i, {
    script: 'sleep 0.1; ' + (i < 10 ? ':' : ${JSON.stringify(last)}) + '; : > ${folder}/did-' + i,
  }))`
const stepsToKill = (folder: string): string =>
  steps(folder, `while [ -d ${folder} ] && ! [ -e ${folder}/go ]; do sleep 0.1; done`)

/** The steps that a report says were made. */
const stepsIn = (text: string): number[] =>
  text
    .split('\n')
    .filter((line) => !line.startsWith('{"type":"not-run"'))
    .flatMap((line) => [...line.matchAll(/"(?:task":")?step (\d+)/g)].map(([, number]) => Number(number)))

describe('--report', function () {
  let own: Project
  beforeEach(() => {
    own = project()
    own.write('playbooks/steps.ts', playbookOf(steps(own.folder)))
  })
  afterEach(() => own.remove())
  const read = (name: string): string => readFileSync(join(own.folder, name), 'utf8')
  const files = ['--report', 'out.xml', '--report', 'out.jsonl']

  for (let moment = 0; moment < 10; moment += LONG ? 1 : 2)
    it(`is whole and true when a run is killed after ${moment} steps`, async () => {
      own.write('playbooks/steps.ts', playbookOf(stepsToKill(own.folder)))
      const { child, ended, printed } = start(own, ['steps', '--no-batch', ...files])
      const shown = () => stepsIn(printed().stdout.replace(/changed {2}/g, '"'))
      await until('the report', () => existsSync(join(own.folder, 'out.jsonl')))
      await until(`step ${moment}`, () => shown().length >= moment)
      await new Promise((resolve) => setTimeout(resolve, moment * 13))
      const seen = shown()
      // On a slow machine it is written a little later.
      await until('the XML', () => stepsIn(read('out.xml')).length >= seen.length)
      child.kill('SIGKILL')
      assert.equal((await ended).signal, 'SIGKILL')
      const xml = read('out.xml')
      assertWellFormed(xml)
      const lines = objects(read('out.jsonl')).filter(({ type }) => type === 'task')
      for (const told of [
        stepsIn(xml),
        lines.map(({ task }) => Number(String(task).slice('step '.length))),
      ]) {
        assert.deepEqual(told.slice(0, seen.length), seen, 'what was on the screen is in the report')
        for (const step of told)
          assert.ok(existsSync(join(own.folder, `did-${step}`)), `step ${step} was made`)
      }
      if (lines.length > 0) assert.match(xml, /the run has not come to its end/)
      assert.ok(objects(read('out.jsonl')).every(({ type }) => type !== 'recap'))
    })

  it('does not pass for a run without faults when the job is killed before the first task', async () => {
    own.write(
      'playbooks/loads.ts',
      `await new Promise((done) => setTimeout(done, 60_000))\n${playbookOf('[]')}`,
    )
    // What is left of a killed run holds the lock: it ends with the test.
    const wait = `while [ -d ${own.folder} ] && ! [ -e ${own.folder}/go ]; do sleep 0.1; done`
    own.write('playbooks/asks.ts', playbookOf(`[shell('x', { script: '${wait}' })]`))
    for (const [playbook, isThere] of [
      ['loads', () => existsSync(join(own.folder, 'out.xml'))],
      [
        'asks',
        () => existsSync(join(own.folder, 'out.jsonl')) && read('out.jsonl').includes('"type":"play"'),
      ],
    ] as const) {
      const { child, ended } = start(own, [playbook, ...files])
      await until('the report', isThere)
      child.kill('SIGKILL')
      await ended
      own.write('go', '')
      assertWellFormed(read('out.xml'))
      assert.match(read('out.xml'), /errors="1"[^]*<error message="the run has not come to its end/, playbook)
    }
  })

  it('comes to its end with the run, beside the screen', async () => {
    const { code, stdout } = await runCli(own, ['steps', '--no-batch', ...files])
    assert.equal(code, 0)
    assert.match(stdout, /1 host: 14 changed/)
    assertWellFormed(read('out.xml'))
    assert.match(read('out.xml'), /<testsuite name="here" tests="14" failures="0" errors="0" skipped="0"/)
    assert.doesNotMatch(read('out.xml'), /not come to its end/)
    assert.equal(objects(read('out.jsonl')).at(-1)?.['type'], 'recap')
    assert.deepEqual(
      readdirSync(own.folder).filter((name) => name.includes('.tmp')),
      [],
    )
  })

  it('tells of an error that was found before the run', async () => {
    const { code } = await runCli(own, ['steps', '-l', 'nobody', ...files])
    assert.equal(code, 1)
    assertWellFormed(read('out.xml'))
    assert.match(read('out.xml'), /errors="1"[^]*<error message="--limit: nobody is neither/)
    const last = objects(read('out.jsonl')).at(-1)
    assert.equal(last?.['exitCode'], 1)
  })

  it('is refused where it cannot be written, before anything is run', async () => {
    mkdirSync(join(own.folder, 'folder.xml'))
    execFileSync('mkfifo', [join(own.folder, 'pipe.xml'), join(own.folder, 'pipe.jsonl')])
    symlinkSync(join(own.folder, 'pipe.xml'), join(own.folder, 'to-pipe.xml'))
    symlinkSync('pipe.jsonl', join(own.folder, 'link.jsonl'))
    const wrong: [string, RegExp][] = [
      ['report.txt', /a report ends in \.xml or \.jsonl/],
      ['no/such/out.xml', /there is no folder no\/such/],
      ['no/such/out.jsonl', /there is no folder no\/such/],
      ['folder.xml', /it is a folder/],
      ['pipe.xml', /it is not a regular file/],
      ['pipe.jsonl', /it is not a regular file/],
      ['to-pipe.xml', /it is not a regular file/],
      ['link.jsonl', /it is not a regular file/],
    ]
    for (const [file, message] of wrong) {
      const { code, stderr } = await runCli(own, ['steps', '--report', file])
      assert.equal(code, 1)
      assert.match(stderr, message)
    }
    assert.ok(!existsSync(join(own.folder, 'did-0')))
    assert.ok(statSync(join(own.folder, 'pipe.xml')).isFIFO())
  })

  it('replaces what a link leads to, not the link', async () => {
    own.write('real.xml', 'old')
    symlinkSync('real.xml', join(own.folder, 'out.xml'))
    await runCli(own, ['steps', '--report', 'out.xml', '--check'])
    assert.match(read('real.xml'), /<testsuite name="here"/)
  })
})

describe('--output junit to a pipe', function () {
  let own: Project
  beforeEach(() => {
    own = project()
    own.write('playbooks/steps.ts', playbookOf(stepsToKill(own.folder)))
  })
  afterEach(() => own.remove())

  for (const signals of [['SIGTERM'], ['SIGINT'], ['SIGINT', 'SIGINT'], ['SIGTERM', 'SIGTERM']] as const)
    it(`has what was done when ${signals.join(' and ')} ends the run`, async () => {
      const name = 'seen.jsonl'
      const seen = join(own.folder, name)
      const { child, ended, printed } = start(own, [
        'steps',
        '--no-batch',
        '--output',
        'junit',
        '--report',
        name,
      ])
      const done = () => (existsSync(seen) ? stepsIn(readFileSync(seen, 'utf8')) : [])
      await until('step 2', () => done().length > 2)
      for (const signal of signals) {
        // Node.js itself dies of a signal that comes while it ends.
        if (!printed().stdout.includes('</testsuites>')) child.kill(signal)
        await new Promise((resolve) => setTimeout(resolve, 150))
      }
      own.write('go', '')
      const { code, stdout } = await ended
      assert.equal(code, 130)
      assertWellFormed(stdout)
      const notBegun = /<testcase[^>]*>\s*<skipped[\s\S]*?<\/testcase>/g
      assert.deepEqual(stepsIn(stdout.replace(notBegun, '')), done())
      assert.ok(stepsIn(stdout).length > done().length, 'those that were not begun are listed')
      assert.match(stdout, /<error message="the run was interrupted"/)
      assert.ok(done().length < STEPS)
    })
})
