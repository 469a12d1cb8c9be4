import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { errorReport, errorText } from '../../../lib/cli/error-text.ts'
import { UserError } from '../../../lib/core/errors.ts'
import { Secret } from '../../../lib/core/secret.ts'
import { COMPILED } from '../../support/compiled.ts'
import { playbookOf, project, runCli } from '../../support/cli.ts'

describe('an error before a run', () => {
  it('is printed with its line, what to do next and its code', () => {
    const error = new UserError('E_X', 'no such host', { at: 'a.ts:3', hint: 'Did you mean b?' })
    assert.equal(errorText(error), 'run-playbook: no such host\n  at a.ts:3\n  Did you mean b?\n  E_X\n')
    assert.deepEqual(errorReport(error), {
      code: 'E_X',
      message: 'no such host (at a.ts:3)',
      hint: 'Did you mean b?',
    })
  })

  it('is harmless to a terminal, whoever it quotes', () => {
    const nasty = 'a\x1b]52;c;x\x07b\x9b2J\u202ec\rd'
    for (const error of [new UserError('E_X', nasty, { hint: nasty, at: nasty }), new Error(nasty), nasty])
      assert.doesNotMatch(errorText(error), /(?![\n\t])\p{Cc}|\p{Bidi_Control}/u)
  })

  it('holds no secret, not even in the stack of an error that nobody foresaw', () => {
    new Secret('key', 'correct horse battery')
    for (const error of [
      new Error('key is correct horse battery'),
      new UserError('E_X', 'correct horse battery'),
    ])
      assert.doesNotMatch(errorText(error), /horse/)
  })

  it('of code of the project names its line, and is not ours to mend', () => {
    const mistake = (): unknown => JSON.parse('{')
    try {
      mistake()
      assert.fail('nothing was thrown')
    } catch (error) {
      assert.match(
        errorText(error),
        /^run-playbook: test\/unit\/cli\/errors\.test\.ts:\d+ threw: .*JSON.*\n  E_UNEXPECTED\n$/,
      )
      assert.equal(errorReport(error).code, 'E_UNEXPECTED')
    }
  })

  it('is bounded', () => assert.ok(errorText(new Error('x'.repeat(50_000_000))).length < 300_000))

  it('of code of the user masks a secret that it quotes', async function () {
    const own = project({
      'playbooks/leaky.ts': playbookOf(
        '[]',
        "prepare: ({ secrets }) => { throw new Error(`login with ${reveal(secrets.get('app.key'))} failed\\u001b[2J`) },",
      ).replace('shell }', 'reveal }'),
    })
    const env = { RUN_PLAYBOOK_SECRET_APP_KEY: 'correct-horse-battery' }
    const outputs = [[], ['--output', 'json'], ['--output', 'junit'], ['--report', 'out.jsonl']]
    const runs = outputs.map((more) => runCli(own, ['leaky', ...more], { env }))
    for (const { code, stdout, stderr } of await Promise.all(runs)) {
      assert.equal(code, 1)
      assert.match(stderr, /login with «secret» failed/)
      assert.doesNotMatch(stdout + stderr, /horse|(?!\n)\p{Cc}/u)
    }
    own.remove()
  })
})

describe('a build server', () => {
  const program = (text: string, env: NodeJS.ProcessEnv, ...options: string[]): Promise<string> =>
    promisify(execFile)(process.execPath, [...options, '--input-type=module', '-e', text], {
      env: { PATH: process.env['PATH'], ...env },
    }).then(({ stdout }) => stdout.trim())
  const compiled = (file: string): string => JSON.stringify(join(COMPILED, 'dist', file))
  const chosen = (env: NodeJS.ProcessEnv): Promise<string> =>
    program(
      `import { onBuildServer } from ${compiled('lib/cli/build-server.js')}
       import { chooseOutput } from ${compiled('lib/reporters/default-output.js')}
       const stdout = { isTTY: true, columns: 80 }
       console.log(chooseOutput({ stdout, stderr: stdout, env: process.env, ci: await onBuildServer() }))`,
      env,
    )

  it('gets lines, also where a terminal is there', async function () {
    assert.equal(await chosen({}), 'progress')
    for (const [name, value] of [
      ['TEAMCITY_VERSION', '2024.1'],
      ['TF_BUILD', 'True'],
      ['BUILDKITE', 'true'],
      ['JENKINS_URL', 'http://jenkins'],
      ['GITHUB_ACTIONS', 'true'],
      ['GITLAB_CI', 'true'],
    ] as const)
      assert.equal(await chosen({ [name]: value }), 'plain', name)
    assert.equal(await chosen({ CI: 'false', TEAMCITY_VERSION: '1' }), 'progress')
  })

  it('and whoever sets FORCE_COLOR=0 or leaves it empty gets no colours, not even from the live view', async function () {
    const tsx = pathToFileURL(createRequire(resolve('package.json')).resolve('tsx')).href
    for (const FORCE_COLOR of ['0', '']) {
      const text = await program(
        `import { report, terminal } from ${JSON.stringify(resolve('test/unit/reporters/terminal.ts'))}
         import { eventful } from ${JSON.stringify(resolve('test/unit/reporters/events.ts'))}
         const { stdout, stderr } = await report(eventful, { stdout: terminal(), stderr: terminal(), env: process.env })
         console.log(JSON.stringify(stdout + stderr))`,
        { FORCE_COLOR },
        '--import',
        tsx,
      )
      assert.doesNotMatch(JSON.parse(text) as string, /\p{Cc}\[[0-9;]*m/u)
    }
  })
})
