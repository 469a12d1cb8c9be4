import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ShellStep } from '../../../../lib/core/module.ts'
import { EVERYTHING, paths } from '../../../../lib/core/resource.ts'
import { Secret } from '../../../../lib/core/secret.ts'
import type { Task } from '../../../../lib/core/task.ts'
import { type CommandArgs, command } from '../../../../lib/modules/commands/command.ts'
import type { RunState } from '../../../../lib/modules/commands/shared/define-run.ts'
import { type ShellArgs, shell as script } from '../../../../lib/modules/commands/shell.ts'
import { SHELLS, converge, touchesOf, useTemp } from '../driver.ts'

for (const [name, shell] of Object.entries(SHELLS)) {
  describe(`command and shell under ${name}`, () => {
    const temp = useTemp()
    const at = (path: string): string => join(temp(), path)
    const apply = async (task: Task): Promise<Awaited<ReturnType<typeof converge>> & { state: RunState }> => {
      const done = await converge(task, shell)
      assert.deepEqual(done.wrong, [])
      return { ...done, state: done.after as RunState }
    }
    const run = (args: CommandArgs): ReturnType<typeof apply> => apply(command('it', args))
    const sh = (args: ShellArgs): ReturnType<typeof apply> => apply(script('it', args))

    it('passes every argument as it is', async () => {
      const odd = ["it's", '"', '$HOME', '`id`', '*', 'a\nb', '-n', '', 'ü', '\\n', ' ']
      const { state, changes } = await run({ argv: ['printf', '[%s]', ...odd] })
      assert.equal(state.stdout, odd.map((word) => `[${word}]`).join(''))
      assert.deepEqual([state.ran, state.code, state.stderr], [true, 0, ''])
      assert.equal(changes.length, 1)
      await assert.rejects(run({ argv: ['A=b'] }), /^Error: 127/)
      await assert.rejects(run({ argv: ['if'] }), /^Error: 127/)
    })

    it('runs where it is told, with the variables that it is given', async () => {
      const { state } = await sh({ script: 'pwd; echo "$A"', cwd: temp(), env: { A: `it's $B` } })
      assert.equal(state.stdout, `${temp()}\nit's $B\n`)
      await assert.rejects(sh({ script: 'true', cwd: at('none') }), /^Error: 125/)
    })

    it('runs in the real folder where a link leads to it', async () => {
      mkdirSync(at('real'))
      symlinkSync('real', at('link'))
      const { state } = await sh({ script: 'echo "$PWD"; cd ..; pwd', cwd: at('link') })
      assert.equal(state.stdout, `${at('real')}\n${temp()}\n`)
    })

    it('keeps secrets off the command line, and leaves its input to the command', async () => {
      const env = {
        PASSWORD: new Secret('password', "pa'ss\n\nwörd\n"),
        PLAIN: 'x',
        TOKEN: new Secret('token', 'abc'),
      }
      const args = { script: 'printf "%s|%s|%s|" "$PASSWORD" "$TOKEN" "$PLAIN"; cat', env }
      const { state, steps } = await sh({ ...args, stdin: 'in\nput' })
      assert.equal(state.stdout, "pa'ss\n\nwörd\n|abc|x|in\nput")
      const [step] = steps as ShellStep[]
      assert.ok(!step?.script.includes('abc') && !step?.script.includes('wörd'))
      assert.equal(
        (await sh({ script: 'cat', stdin: new Secret('in', 'secret input') })).state.stdout,
        'secret input',
      )
      assert.equal((await sh({ ...args, stdin: undefined })).state.stdout, "pa'ss\n\nwörd\n|abc|x|")
    })

    it('does nothing where the guards say so, and verifies what was promised', async () => {
      const creates = { script: 'echo x >f', cwd: temp(), creates: at('f') }
      assert.deepEqual((await sh(creates)).left, [])
      const again = await sh(creates)
      assert.deepEqual([again.changes, again.plan.because], [[], `${at('f')} exists`])
      assert.equal(again.state.ran, false)
      const removes = { argv: ['rm', at('f')], removes: at('f') }
      assert.deepEqual((await run(removes)).left, [])
      assert.equal((await run(removes)).plan.because, `${at('f')} does not exist`)
    })

    it('names the guard that does not hold afterwards', async () => {
      writeFileSync(at('f'), '')
      const broken = (args: Omit<CommandArgs, 'argv'>, message: string): Promise<void> =>
        assert.rejects(run({ argv: ['true'], ...args }), { code: 'E_GUARD_NOT_MET', message })
      await broken(
        { creates: at('g') },
        `the command succeeded, but creates: ${at('g')} still does not exist`,
      )
      await broken({ removes: at('f') }, `the command succeeded, but removes: ${at('f')} still exists`)
      await broken({ unless: 'exit 4' }, 'the command succeeded, but unless: exit code 4 from: exit 4')
    })

    it('has the environment of the task, and its own before that', async () => {
      const task = script('it', { script: 'echo "$A $B"', env: { B: 'own' }, onlyIf: '[ "$A" = task ]' })
      const { module } = task
      const args = module.withEnvironment?.(task.args, { A: 'task', B: 'task' })
      assert.equal((await apply({ ...task, args })).state.stdout, 'task own\n')
    })

    it('looks before it runs: unless and onlyIf', async () => {
      writeFileSync(at('n'), '')
      const args = { script: 'echo y >>n', cwd: temp(), unless: 'grep -q y n' }
      assert.deepEqual((await sh(args)).left, [])
      assert.equal((await sh(args)).plan.because, 'unless: grep -q y n')
      assert.equal(readFileSync(at('n'), 'utf8'), 'y\n')
      assert.equal(
        (await sh({ script: 'touch no', cwd: temp(), onlyIf: 'exit 3' })).plan.because,
        'onlyIf failed: exit 3',
      )
      assert.ok(!existsSync(at('no')))
    })

    it('stops at the first command that fails', async () => {
      await assert.rejects(sh({ script: 'false\ntouch f', cwd: temp() }), /^Error: 1/)
      assert.ok(!existsSync(at('f')))
    })

    it('takes the exit codes that are expected, and remembers which it was', async () => {
      const { state } = await sh({ script: 'echo out; echo err >&2; exit 3', okCodes: [0, 3] })
      assert.deepEqual([state.code, state.stdout, state.stderr], [3, 'out\n', 'err\n'])
      assert.equal((await sh({ script: 'true', okCodes: [0, 3] })).state.code, 0)
      assert.equal((await sh({ script: 'false\ntrue', okCodes: [0, 1] })).state.code, 1)
      await assert.rejects(sh({ script: 'exit 4', okCodes: [0, 3] }), /^Error: 4/)
      await assert.rejects(sh({ script: 'true', okCodes: [3] }), /not among the expected/)
    })

    it('runs what only reads while looking, and is ok', async () => {
      const args = { script: 'printf "a\\0b\\n\\n"; echo "#7" >&2; exit 2', changes: false, okCodes: [2] }
      const { state, changes, steps, plan } = await sh(args)
      assert.deepEqual([changes, steps, plan.because], [[], [], 'it only reads'])
      assert.deepEqual([state.stdout, state.code], ['a\0b\n\n', 2])
      const failing = sh({ script: 'echo why >&2; exit 1', changes: false })
      await assert.rejects(failing, {
        code: 'E_COMMAND_FAILED',
        message: 'exit code 1 from: echo why >&2; exit 1\nwhy',
      })
    })
  })
}

describe('arguments of command and shell', () => {
  const refused = (make: () => unknown, message: RegExp): void =>
    assert.throws(make, (error: Error) => message.test(error.message))
  const secret = new Secret('token', 'abcdefgh')

  it('are refused before any host is touched', () => {
    refused(() => command('it', { argv: [] }), /argv/)
    refused(() => command('it', { argv: [secret as never] }), /secrets go to env or stdin/)
    refused(() => command('it', { argv: ['a'], env: { 'A B': '' } }), /env/)
    refused(() => command('it', { argv: ['a'], creates: 'relative' }), /creates/)
    refused(
      () => command('it', { argv: ['a'], changes: false, creates: '/x' }),
      /creates does not go with changes: false/,
    )
    refused(() => shell_({ script: 'a', changes: false, env: { A: secret } }), /env.A is a secret/)
    refused(() => shell_({ script: `echo ${secret}` }), /printed into it/)
    for (const guard of ['creates', 'removes'])
      for (const path of ['/x/a.*', '/x/?', '/x/[ab]', '/x/$HOME', '/x/${A}', '/x/`id`'])
        refused(() => shell_({ script: 'a', [guard]: path }), /is taken as it is written/)
    shell_({ script: 'a', creates: '/x/cost $ [' })
    const sees = [paths.at('/x')]
    refused(() => shell_({ script: 'a', sees }), /sees says what unless, onlyIf or a command/)
    refused(() => shell_({ script: 'a', unless: 'b', sees: ['path:/x' as never] }), /must be a resource/)
    shell_({ script: 'a', unless: 'b', sees })
    shell_({ script: 'a', changes: false, sees })
  })

  it('leave the judgement of an exit code to the task', () => {
    const { module } = command('it', { argv: ['a'] })
    const state = (code: number, stderr = ''): RunState =>
      module.outcome?.({ guards: {} }, [
        { code, stdout: Buffer.from('out'), stderr: Buffer.from(stderr) },
      ]) as RunState
    assert.deepEqual([state(7).code, state(7).stdout, state(0).code], [7, 'out', 0])
    assert.equal(state(0, 'why\0' + '3').code, 3)
  })

  it('want all of what is printed', () => {
    const { module, args } = command('it', { argv: ['a'] })
    assert.equal((module.apply(args, { guards: {} })[0] as ShellStep).output, 'whole')
  })

  it('say what is touched', () => {
    const touches = (changes?: boolean): unknown => touchesOf(command('it', { argv: ['a'], changes }))
    assert.deepEqual([touches(), touches(true), touches(false)], [[EVERYTHING], [EVERYTHING], []])
  })

  const shell_ = (args: ShellArgs): unknown => script('it', args)
})
