import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret } from '../../../../lib/core/secret.ts'
import { type DebconfArgs, debconf } from '../../../../lib/modules/index.ts'
import type { TestShell } from '../../../../lib/testing/shells.ts'
import { hasAnsible, runAnsible } from '../../../support/ansible.ts'
import { type Namespace, makeNamespace } from '../../../support/namespace.ts'
import { LONG } from '../../../support/often.ts'
import { runOn } from '../../../support/run-on.ts'
import { SHELLS, converge, run } from '../driver.ts'

type Args = Omit<DebconfArgs, 'name'>

interface Case {
  /** Lines for debconf-set-selections. */
  readonly before?: string
  readonly args: Args
  /** What debconf-show says then. */
  readonly becomes: string
  readonly changed: boolean
  /** Where Ansible does something else, on purpose, and why. */
  readonly differs?: string
  readonly value?: string
}

const port: Args = { question: 'app/port', type: 'string', value: '80' }
const PORT = 'app app/port string 80\n'

/** Behaviours of Ansible's `debconf`, in our words. */
const CASES: Readonly<Record<string, Case>> = {
  'answers a question': { args: port, becomes: '* app/port: 80', changed: true },
  'leaves an answer that is there': { before: PORT, args: port, becomes: '* app/port: 80', changed: false },
  'changes an answer': {
    before: PORT,
    args: { ...port, value: '81' },
    becomes: '* app/port: 81',
    changed: true,
  },
  'leaves other questions': {
    before: 'app app/name string a b\n',
    args: port,
    becomes: '* app/name: a b\n* app/port: 80',
    changed: true,
  },
  'leaves a question that nobody has seen': {
    args: { ...port, unseen: true },
    becomes: '  app/port: 80',
    changed: true,
  },
  'writes an answer of several words': {
    args: { ...port, value: 'a  b: c $(x) "\'' },
    becomes: '* app/port: a  b: c $(x) "\'',
    changed: true,
  },
  'takes true for a boolean': {
    args: { question: 'app/on', type: 'boolean', value: true },
    value: 'true',
    becomes: '* app/on: true',
    changed: true,
  },
  'takes a boolean in any case': {
    before: 'app app/on boolean true\n',
    args: { question: 'app/on', type: 'boolean', value: 'True' },
    becomes: '* app/on: true',
    changed: false,
  },
  'changes a boolean': {
    before: 'app app/on boolean true\n',
    args: { question: 'app/on', type: 'boolean', value: false },
    value: 'false',
    becomes: '* app/on: false',
    changed: true,
  },
  'empties an answer': {
    before: PORT,
    args: { ...port, value: '' },
    becomes: '* app/port:',
    changed: true,
  },
  'answers with several choices': {
    args: { question: 'app/m', type: 'multiselect', value: 'b, a' },
    becomes: '* app/m: b, a',
    changed: true,
  },
  'leaves choices in another order': {
    before: 'app app/m multiselect a, b\n',
    args: { question: 'app/m', type: 'multiselect', value: 'b, a' },
    becomes: '* app/m: a, b',
    changed: false,
    differs: 'Ansible 2.14 compares the texts',
  },
  'sets a password': {
    args: { question: 'app/pw', type: 'password', value: new Secret('pw', 'töp secret') },
    value: 'töp secret',
    becomes: '* app/pw: (password omitted)',
    changed: true,
  },
  'leaves a password that is right': {
    before: 'app app/pw password töp secret\n',
    args: { question: 'app/pw', type: 'password', value: new Secret('pw', 'töp secret') },
    becomes: '* app/pw: (password omitted)',
    changed: false,
    differs: 'Ansible 2.14 does not know what it is, and sets it in every run',
  },
  'changes a password': {
    before: 'app app/pw password other\n',
    args: { question: 'app/pw', type: 'password', value: new Secret('pw', 'töp secret') },
    value: 'töp secret',
    becomes: '* app/pw: (password omitted)',
    changed: true,
  },
}

const sorted = (text: string): string => text.split('\n').toSorted().join('\n')

for (const [name, shell] of Object.entries(SHELLS)) {
  if (name === 'bash' && !LONG) continue
  // The tools of BusyBox, and those of debconf.
  const onHost: TestShell = shell.map((word) => word.replace(/^PATH=(.*)$/, 'PATH=$1:/usr/bin:/usr/sbin'))
  describe(`debconf, under ${name}`, () => {
    let folder: string
    let own: Namespace
    let inside: TestShell
    before(async function () {
      if (process.getuid?.() !== 0 || !existsSync('/usr/bin/debconf-show')) this.skip()
      folder = mkdtempSync(join(tmpdir(), 'rp-debconf.'))
      own = await makeNamespace(['--mount'], `mount --bind '${folder}' /var/cache/debconf`)
      inside = [...own.enter, ...onHost]
    })
    beforeEach(() => empty())
    after(async () => {
      await own?.remove()
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
    })
    const empty = (): void => {
      for (const file of readdirSync(folder)) rmSync(join(folder, file))
    }
    const script = async (text: string, stdin = ''): Promise<string> =>
      (
        await run([...own.enter, 'sh'], {
          script: `LC_ALL=C DEBIAN_FRONTEND=noninteractive; export LC_ALL DEBIAN_FRONTEND; ${text}`,
          stdin,
        })
      ).stdout.toString()
    const put = (before = ''): Promise<string> => script('debconf-set-selections', before)
    const show = async (): Promise<string> => sorted((await script('debconf-show app')).trimEnd())
    const of = (args: Args) => converge(debconf('it', { name: 'app', ...args }), inside)

    for (const [what, { before, args, becomes, changed }] of Object.entries(CASES)) {
      // It is the same debconf everywhere, which takes its time.
      if (name !== 'dash' && args.type !== 'password') continue
      it(what, async () => {
        await put(before)
        const done = await of(args)
        assert.deepEqual([done.left, done.wrong], [[], []])
        assert.deepEqual(
          done.changes.map((change) => change.what),
          changed ? [args.question] : [],
        )
        assert.equal(await show(), sorted(becomes))
        if (args.type === 'password')
          assert.equal(await script('echo GET app/pw | debconf-communicate'), '0 töp secret\n')
      })
    }

    it('does what Ansible does, except where said', async function () {
      if (name !== 'dash' || !hasAnsible()) return this.skip()
      this.timeout(60_000)
      const compared = Object.entries(CASES).filter(([, { differs }]) => differs === undefined)
      // Each with a package and questions of its own.
      const named = (text: string, i: number): string => text.replaceAll('app', `app${i}`)
      await put(compared.map(([, { before = '' }], i) => named(before, i)).join(''))
      const results = runAnsible(
        compared.map(([, { args, value }], i) => {
          const { question, type, unseen = false } = args
          return {
            module: 'debconf',
            args: {
              name: `app${i}`,
              question: named(question, i),
              vtype: type,
              value: value ?? String(args.value),
              unseen,
            },
          }
        }),
        own.enter,
      )
      const shown = await script(
        `for i in ${compared.map((_, i) => i).join(' ')}; do debconf-show app$i; echo --; done`,
      )
      for (const [i, [what, { becomes, changed }]] of compared.entries())
        assert.deepEqual(
          [what, results[i]?.['changed'], sorted(shown.split('--\n')[i]?.trimEnd() ?? '')],
          [what, changed, sorted(named(becomes, i))],
          JSON.stringify(results[i]),
        )
    })

    it('is known in a dry run, and shows no password', async () => {
      const password = new Secret('pw', 'correct horse')
      const secret = (task: string) =>
        debconf(task, { name: 'app', question: 'app/pw', type: 'password', value: password })
      const tasks = () => [
        debconf('it', { name: 'app', ...port }),
        debconf('again', { name: 'app', ...port }),
        secret('password'),
        secret('password again'),
      ]
      const dry = await runOn(inside, tasks, { check: true, diff: true })
      const planned = ['it: would-change', 'again: ok', 'password: would-change', 'password again: ok']
      assert.deepEqual(dry.statuses, planned)
      const done = await runOn(inside, tasks)
      assert.deepEqual(
        done.statuses,
        planned.map((one) => one.replace('would-change', 'changed')),
      )
      assert.equal(await script('echo GET app/pw | debconf-communicate'), '0 correct horse\n')
      const hash = createHash('sha256').update('correct horse').digest('hex').slice(0, 12)
      assert.doesNotMatch(JSON.stringify([dry.events, done.events]), new RegExp(`correct horse|${hash}`))
      for (const { script: text } of (await of({ ...port, type: 'password', value: password })).steps.filter(
        (step) => 'script' in step,
      ))
        assert.doesNotMatch(text, /horse/)
    })

    it('is an error before anything is changed where a secret is two lines', async () => {
      const value = new Secret('pw', 'a\napp app/port string 1')
      await assert.rejects(of({ question: 'app/pw', type: 'password', value }), { code: 'E_BAD_ARGUMENT' })
      assert.equal(await show(), '')
    })
  })
}

describe('debconf', () => {
  it('is only on Debian and what is made of it', async () => {
    if (SHELLS['busybox'] === undefined) return
    await assert.rejects(converge(debconf('it', { name: 'app', ...port }), SHELLS['busybox']), {
      code: 'E_NO_DEBCONF',
    })
  })
  const wrong: Readonly<Record<string, Partial<DebconfArgs>>> = {
    'a package of two words': { name: 'a b' },
    'an option as a package': { name: '--db=/etc/shadow' },
    'a question of two words': { question: 'a b' },
    'an option as a question': { question: '-u' },
    'a value of two lines': { value: 'a\nb' },
    'a value with spaces around it': { value: ' a' },
    'a password that everybody sees': { type: 'password', value: 'a' },
    'a boolean that is none': { type: 'boolean', value: 'yes' },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuses ${what}`, () => {
      assert.throws(() => debconf('it', { name: 'app', ...port, ...args }), { code: 'E_BAD_ARGUMENT' })
    })
})
