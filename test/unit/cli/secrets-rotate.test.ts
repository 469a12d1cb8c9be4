import assert from 'node:assert/strict'
import { signingPrivateKey, signingPublicKey } from '../../../lib/secrets/signing.ts'
import { LOCAL_INVENTORY, type Project, project, runCli } from '../../support/cli.ts'

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
    await secrets('set', 'mail.password')
    const { code, stdout } = await secrets('rotate', 'mail.password')
    assert.equal(code, 0)
    assert.match(stdout, /mail\.password has a new value/)
    assert.match((await secrets('get', 'mail.password')).stdout, /^\S{32}\n$/)
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
    assert.equal((await secrets('rotate', 'promotion.key')).code, 0)
    const { stdout } = await secrets('get', 'promotion.key')
    assert.notEqual(stdout.trim(), before.trim())
    assert.ok(signingPublicKey(stdout))
  })
})
