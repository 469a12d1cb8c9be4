import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { from } from '../../../../lib/core/deferred.ts'
import { group } from '../../../../lib/core/group.ts'
import {
  type TempfileArgs,
  type TempfileState,
  fail,
  file,
  shell as sh,
  tempfile,
} from '../../../../lib/modules/index.ts'
import { driveTask } from '../../../../lib/testing/drive-task.ts'
import { hasAnsible, runAnsible } from '../../../support/ansible.ts'
import { LONG } from '../../../support/often.ts'
import { runOn } from '../../../support/run-on.ts'
import { SHELLS, converge, itAsRoot, useTemp } from '../driver.ts'

interface Case {
  readonly args: Omit<TempfileArgs, 'path'>
  readonly name: RegExp
  readonly mode: string
  /** How Ansible differs. */
  readonly differs?: string
}

/** Behaviours of Ansible's `tempfile`, in our words. */
const CASES: Readonly<Record<string, Case>> = {
  'a file': { args: {}, name: /^run-playbook\.[\w.]{10}$/, mode: '600', differs: 'it begins with ansible.' },
  'a file with a name': { args: { prefix: 'a ', suffix: '.yml' }, name: /^a .+\.yml$/, mode: '600' },
  'a file with a name that looks like an option': { args: { prefix: '-n' }, name: /^-n./, mode: '600' },
  'a directory': { args: { state: 'directory', prefix: 'b' }, name: /^b./, mode: '700' },
  'a directory with a name': {
    args: { state: 'directory', prefix: '$(x)', suffix: "'d'" },
    name: /^\$\(x\).+'d'$/,
    mode: '700',
  },
}

const kindOf = (path: string): string => {
  const is = lstatSync(path)
  return `${is.isFile() ? 'file' : is.isDirectory() ? 'directory' : 'other'} ${(is.mode & 0o7777).toString(8)} ${is.uid}`
}
const wanted = ({ args, mode }: Case): string => `${args.state ?? 'file'} ${mode} ${process.getuid?.()}`

for (const [name, shell] of Object.entries(SHELLS)) {
  if (name === 'bash' && !LONG) continue
  describe(`what tempfile makes, under ${name}`, () => {
    const temp = useTemp()
    const at = (path: string): string => join(temp(), path)

    for (const [what, one] of Object.entries(CASES))
      it(`is ${what}, each time another one`, async () => {
        const task = tempfile('it', { ...one.args, path: temp() })
        const made = [await driveTask(task, shell), await driveTask(task, shell)]
        const found = made.map(({ after }) => after.path)
        assert.notEqual(found[0], found[1])
        for (const path of found) {
          assert.equal(dirname(path), temp())
          assert.match(basename(path), one.name)
          assert.equal(kindOf(path), wanted(one))
        }
        assert.deepEqual(
          made.flatMap(({ left, wrong }) => [...left, ...wrong]),
          [],
        )
        assert.deepEqual(readdirSync(temp()).sort(), found.map((path) => basename(path)).sort())
      })

    it('is in /tmp, where others may write too', async () => {
      const { after } = await driveTask(tempfile('it', {}), shell)
      try {
        assert.match(after.path, /^\/tmp\/run-playbook\.[\w.]{10}$/)
        assert.match(kindOf(after.path), /^file 600 /)
      } finally {
        rmSync(after.path)
      }
    })

    it('is in the directory that a link of ours leads to', async () => {
      mkdirSync(at('real'))
      symlinkSync('real', at('link'))
      const { after } = await driveTask(tempfile('it', { path: at('link') }), shell)
      assert.equal(dirname(after.path), at('link'))
      assert.ok(existsSync(at(`real/${basename(after.path)}`)))
    })

    it('is there for later tasks, and removed after a failure too', async () => {
      const tasks = (wrong: boolean) => () => {
        const work = tempfile('work', { state: 'directory', path: temp() })
        return [
          work,
          group(
            {},
            [
              sh(
                'use',
                from(work, ({ path }) => ({ script: 'pwd', cwd: path })),
              ),
              ...(wrong ? [fail('wrong', { message: 'it failed' })] : []),
            ],
            {
              always: [
                file(
                  'remove',
                  from(work, ({ path }) => ({ path, state: 'absent' })),
                ),
              ],
            },
          ),
        ]
      }
      const dry = await runOn(shell, tasks(false), { check: true })
      assert.deepEqual(dry.statuses, ['work: would-change', 'use: unknown', 'remove: unknown'])
      assert.deepEqual(readdirSync(temp()), [])
      for (const wrong of [false, true]) {
        const run = await runOn(shell, tasks(wrong), { batch: !wrong })
        assert.deepEqual(run.statuses, [
          'work: changed',
          'use: changed',
          ...(wrong ? ['wrong: failed'] : []),
          'remove: changed',
        ])
        assert.equal(dirname(run.tasks[1]?.stdout?.trim() ?? ''), temp())
        assert.deepEqual(readdirSync(temp()), [])
      }
    })

    it('is refused where there is no directory', async () => {
      await assert.rejects(converge(tempfile('it', { path: at('none') }), shell), { code: 'E_NO_DIRECTORY' })
    })

    itAsRoot('is refused in a directory where somebody else could put something in its place', async () => {
      chmodSync(temp(), 0o755)
      mkdirSync(at('open'))
      chmodSync(at('open'), 0o777)
      await assert.rejects(converge(tempfile('it', { path: at('open') }), shell), {
        code: 'E_UNSAFE_PATH',
        message: /others can write to it/,
      })
      mkdirSync(at('hers'))
      chownSync(at('hers'), 4711, 4711)
      await assert.rejects(converge(tempfile('it', { path: at('hers') }), shell), {
        code: 'E_UNSAFE_PATH',
        message: /it belongs to/,
      })
      // What a link leads to is known only when it is followed.
      symlinkSync('open', at('link'))
      await assert.rejects(converge(tempfile('it', { path: at('link') }), shell), /others can write to it/)
      chmodSync(at('open'), 0o1777)
      assert.equal((await driveTask(tempfile('it', { path: at('open') }), shell)).changes.length, 1)
    })
  })
}

describe('tempfile', () => {
  const temp = useTemp()

  it('makes what the tempfile of Ansible makes, except where said', function () {
    if (!hasAnsible()) this.skip()
    const compared = Object.entries(CASES).filter(([, { differs }]) => differs === undefined)
    const results = runAnsible(
      compared.map(([, { args }]) => ({ module: 'tempfile', args: { ...args, path: temp() } })),
    )
    for (const [i, [what, one]] of compared.entries()) {
      const path = String(results[i]?.['path'])
      assert.equal(dirname(path), temp(), what)
      assert.match(basename(path), one.name)
      assert.equal(kindOf(path), wanted(one), what)
      assert.equal(results[i]?.['changed'], true)
    }
  })

  const state: TempfileState = {
    path: '',
    begins: '/srv/a',
    ends: '.b',
    folder: { type: 'directory' },
    above: [],
    access: { accounts: {} },
  }
  const lies = [
    '/srv/a.b',
    '/etc/passwd',
    '/srv/a0123456789.b\nx',
    '/srv/a/../0123456.b',
    '/srv/a01234/6789.b',
    '',
  ]
  for (const stdout of lies)
    it(`does not take ${JSON.stringify(stdout)} for what the host made`, () => {
      const reply = { code: 0, stdout: Buffer.from(stdout), stderr: Buffer.alloc(0) }
      assert.throws(() => tempfile.definition.outcome?.(state, [reply]), /did not say what it made/)
    })

  const wrong: Readonly<Record<string, TempfileArgs>> = {
    'a path that is relative': { path: 'x' },
    'a prefix with a slash': { prefix: '../x' },
    'a suffix with a line break': { suffix: '\n' },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuses ${what}`, () => {
      assert.throws(() => tempfile('it', args), { code: 'E_BAD_ARGUMENT' })
    })
})
