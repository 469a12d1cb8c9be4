import assert from 'node:assert/strict'
import { signingPrivateKey, signingPublicKey } from '../../../lib/secrets/signing.ts'
import { LOCAL_INVENTORY, type Project, playbookOf, project, runCli } from '../../support/cli.ts'

describe('run-playbook secrets rotate', function () {
  this.timeout(60_000)
  let own: Project
  before(() => {
    own = project({ 'inventory.ts': LOCAL_INVENTORY })
  })
  after(() => own.remove())

  const secrets = (...args: readonly string[]) => runCli(own, ['secrets', ...args], { input: 'value' })
  const store = (name: string, input: string) => runCli(own, ['secrets', 'set', name], { input })

  it('stores a new value', async () => {
    own.write(
      'playbooks/made.ts',
      playbookOf('[]', "prepare: ({ secrets }) => { secrets.password('made.up'); return [] },"),
    )
    assert.equal((await runCli(own, ['made'])).code, 0)
    const before = (await secrets('get', 'made.up')).stdout
    assert.equal((await secrets('rotate', 'made.up')).code, 0)
    assert.notEqual((await secrets('get', 'made.up')).stdout, before)
  })

  it('asks for --replace where the value was set by hand, also after it came back', async () => {
    await secrets('set', 'mail.password')
    const refused = async () => {
      const { code, stderr } = await secrets('rotate', 'mail.password')
      assert.equal(code, 1)
      assert.match(stderr, /the value of mail\.password was set by hand/)
      assert.match(stderr, /secrets set mail\.password --replace.*secrets rotate mail\.password --replace/)
      assert.equal((await secrets('get', 'mail.password')).stdout, 'value\n')
    }
    await refused()
    const { code, stdout } = await secrets('rotate', 'mail.password', '--replace')
    assert.equal(code, 0)
    assert.match(stdout, /mail\.password has a new value/)
    assert.match((await secrets('get', 'mail.password')).stdout, /^\S{32}\n$/)
    // That one was made up.
    assert.equal((await secrets('rotate', 'mail.password')).code, 0)
    await secrets('rotate', 'mail.password', '--undo')
    await secrets('set', 'mail.password', '--replace')
    await secrets('rotate', 'mail.password', '--replace')
    await secrets('rotate', 'mail.password', '--undo')
    await refused()
  })

  it('refuses what the backups that are there need', async () => {
    await secrets('set', 'backup.cipher')
    const { code, stderr } = await secrets('rotate', 'backup.cipher')
    assert.equal(code, 1)
    assert.match(stderr, /backup\.cipher encrypts what is stored already/)
    assert.equal((await secrets('get', 'backup.cipher')).stdout, 'value\n')
  })

  it('makes another key that signs', async () => {
    const before = signingPrivateKey()
    await store('promotion.key', before)
    assert.equal((await secrets('rotate', 'promotion.key', '--replace')).code, 0)
    const { stdout } = await secrets('get', 'promotion.key')
    assert.notEqual(stdout.trim(), before.trim())
    assert.ok(signingPublicKey(stdout))
  })

  it('puts the value back that there was before, and again the one that was put away', async () => {
    await store('a.password', 'first')
    await secrets('rotate', 'a.password', '--replace')
    const rotated = (await secrets('get', 'a.password')).stdout
    const { code, stdout } = await secrets('rotate', 'a.password', '--undo')
    assert.equal(code, 0)
    assert.match(stdout, /a\.password has the value again that it had before/)
    assert.equal((await secrets('get', 'a.password')).stdout, 'first\n')
    await secrets('rotate', 'a.password', '--undo')
    assert.equal((await secrets('get', 'a.password')).stdout, rotated)
  })

  it('is not what a run does that misspells a name: it makes a new one, and warns', async () => {
    await store('mail.key', 'value')
    own.write(
      'playbooks/misspelled.ts',
      playbookOf('[]', "prepare: ({ secrets }) => { secrets.password('mail.keey'); return [] },"),
    )
    const warned = /the secret mail\.keey is new, and nothing uses mail\.key: is the name misspelled\?/
    const check = await runCli(own, ['misspelled', '--check'])
    assert.match(check.stdout + check.stderr, warned)
    const run = await runCli(own, ['misspelled'])
    assert.match(run.stdout + run.stderr, warned)
  })

  it('puts nothing back where there was nothing before', async () => {
    await store('b.password', 'first')
    const { code, stderr } = await secrets('rotate', 'b.password', '--undo')
    assert.equal(code, 1)
    assert.match(stderr, /b\.password has no earlier value/)
    assert.match(
      (await secrets('rotate', 'backup.cipher', '--undo')).stderr,
      /encrypts what is stored already/,
    )
  })
})
