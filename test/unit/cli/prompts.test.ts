import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { COMPILED } from '../../support/compiled.ts'
import { type Project, project, runCli } from '../../support/cli.ts'

const PLAYBOOK = `
import { copy, definePlay, definePlaybook, secretValue, z } from 'run-playbook'
export default definePlaybook({
  description: 'asks',
  vars: z.strictObject({ folder: z.string(), password: secretValue }),
  prompts: { folder: { text: 'Which folder' }, password: { text: 'Password', private: true } },
  plays: ({ vars }) => [
    definePlay({
      name: 'p',
      hosts: 'all',
      become: false,
      tasks: () => [copy('password', { dest: vars.folder + '/password', content: vars.password, mode: '0600' })],
    }),
  ],
})
`

describe('a playbook that asks', function () {
  this.timeout(300_000)
  let own: Project
  before(() => {
    own = project({ 'playbooks/asks.ts': PLAYBOOK })
  })
  after(() => own.remove())
  const file = (): string => join(own.folder, 'password')

  it('is an error without a terminal, before any host is touched', async () => {
    const { code, stderr } = await runCli(own, ['asks'])
    assert.equal(code, 1)
    assert.match(stderr, /asks for folder, password, and there is no terminal to ask on/)
  })

  it('is not asked by a list of its tasks', async () => {
    const { code, stdout, stderr } = await runCli(own, ['asks', '--list-tasks', '-e', `folder=${own.folder}`])
    assert.equal(code, 0, stderr)
    assert.match(stdout, /password \(copy\)/)
    const refused = await runCli(own, ['asks', '--list-tasks'])
    assert.match(refused.stderr, /a run asks for folder, and a list does not/)
  })

  it('is answered with -e, whose secret does not show', async () => {
    const vars = own.write('vars.json', JSON.stringify({ password: 'correct horse' }))
    const { code, stdout, stderr } = await runCli(own, [
      'asks',
      '-e',
      `folder=${own.folder}`,
      '-e',
      `@${vars}`,
    ])
    assert.equal(code, 0, stderr)
    assert.doesNotMatch(stdout + stderr, /correct/)
    assert.equal(readFileSync(file(), 'utf8'), 'correct horse')
  })

  it('asks on a terminal, in a dry run too, and does not show what is typed', async () => {
    const command = `${process.execPath} ${join(COMPILED, 'bin/run-playbook.js')} asks --check --output plain`
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      cwd: own.folder,
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    let said = ''
    const answers = new Map([
      [/Which folder: $/, `${join(own.folder, 'nowhere')}\r`],
      [/Password: $/, 'battery staple\r'],
    ])
    child.stdout.on('data', (chunk: Buffer) => {
      // oxlint-disable-next-line no-control-regex
      said += chunk.toString().replaceAll(/\u001B\[[\d;?]*[A-Za-z]/g, '')
      for (const [question, answer] of answers)
        if (question.test(said) && answers.delete(question)) child.stdin.write(answer)
    })
    await new Promise((done) => child.once('close', done))
    assert.equal(answers.size, 0, said)
    assert.match(said, /the directory .*nowhere does not exist/)
    assert.doesNotMatch(said, /battery/)
    assert.equal(existsSync(join(own.folder, 'nowhere')), false)
  })
})
