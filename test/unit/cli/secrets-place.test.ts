import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { COMPILED } from '../../support/compiled.ts'
import { LOCAL_INVENTORY, type Project, objects, playbookOf, project, runCli } from '../../support/cli.ts'

const playbooks = {
  'playbooks/made.ts': playbookOf('[]', "prepare: ({ secrets }) => { secrets.password('app'); return [] },"),
  'playbooks/token.ts': playbookOf(
    '[]',
    "prepare: ({ secrets }) => { secrets.get('mail.token'); return [] },",
  ),
}

describe('the store of secrets of a run', function () {
  this.timeout(60_000)
  let own: Project
  beforeEach(() => {
    own = project({ 'inventory.ts': LOCAL_INVENTORY, ...playbooks, 'lab one/ssh_config': '' })
  })
  afterEach(() => own.remove())

  const env = { RUN_PLAYBOOK_STATE: '' }
  const run = (...args: readonly string[]) => runCli(own, args, { env, input: 'value' })
  const all = ({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }) => stdout + stderr
  const lab = ['--ssh-config', 'lab one/ssh_config']
  const store = (folder: string) => join(own.folder, folder, '.run-playbook/secrets.age')
  /** Two paths in a text that may be broken into lines. */
  const tells = (text: string): void => {
    assert.match(text, /new passwords and keys/)
    assert.ok(text.includes(store('lab one')), text)
    assert.ok(text.includes(`not used by this run: ${store('.')}`), text)
    assert.ok(text.includes(`RUN_PLAYBOOK_STATE=${join(own.folder, '.run-playbook')}`), text)
  }

  it('is made without a word where the project has no other', async () => {
    const made = await run('made')
    assert.equal(made.code, 0, made.stderr)
    assert.ok(existsSync(store('.')))
    assert.doesNotMatch(all(made), /new passwords/)
  })

  it('is made with a warning where the project has another, in a dry run as well, and once', async () => {
    assert.equal((await run('made')).code, 0)
    tells(all(await run('made', '--check', ...lab)))
    assert.ok(!existsSync(store('lab one')))
    const made = await run('made', ...lab, '--output', 'json')
    const warnings = objects(made.stdout).filter(({ level }) => level === 'warning')
    assert.equal(warnings.length, 1, made.stdout)
    tells(String(warnings[0]?.['text']))
    assert.ok(existsSync(store('lab one')))
    assert.doesNotMatch(all(await run('made', ...lab)), /new passwords/)
  })

  it('is made with a warning by an inventory of another directory, and beside an ssh config that is forgotten', async () => {
    assert.equal((await run('made', ...lab)).code, 0)
    const forgotten = all(await run('made', '--check'))
    assert.ok(forgotten.includes(`not used by this run: ${store('lab one')}`), forgotten)
    own.write('envs/prod/inventory.ts', LOCAL_INVENTORY)
    const other = all(await run('made', '--check', '-i', 'envs/prod/inventory.ts'))
    assert.ok(other.includes(`not used by this run: ${store('lab one')}`), other)
  })

  it('is named where a secret is missing, and where secrets set makes it', async () => {
    assert.equal((await run('made')).code, 0)
    const missing = await run('token', ...lab)
    assert.ok(missing.stderr.includes(`not used by this run: ${store('.')}`), missing.stderr)
    tells(all(await run('secrets', 'set', 'mail.token', ...lab)))
  })

  it('is where the command in a message writes to', async () => {
    const bin = join(own.folder, 'bin')
    mkdirSync(bin)
    const command = `#!/bin/sh\nexec '${process.execPath}' '${COMPILED}/bin/run-playbook.js' "$@"\n`
    writeFileSync(join(bin, 'run-playbook'), command, { mode: 0o755 })
    mkdirSync(join(own.folder, 'elsewhere'))
    const options = [
      { args: lab, env },
      { args: ['-i', 'inventory.ts'], env },
      { args: [], env: { RUN_PLAYBOOK_STATE: 'else where' } },
    ]
    for (const one of options) {
      const refused = await runCli(own, ['token', ...one.args], { env: one.env })
      assert.equal(refused.code, 1)
      const [, line = ''] = /secrets\.age: (.*)$/m.exec(refused.stderr) ?? []
      const path = `${bin}:${process.env['PATH']}`
      const shell = { ...process.env, ...env, HOME: own.folder, PATH: path }
      execFileSync('sh', ['-c', line], { cwd: own.folder, env: shell, input: 'value' })
      const { code, stderr } = await runCli(own, ['token', ...one.args], { env: one.env })
      assert.equal(code, 0, stderr)
    }
  })
})
