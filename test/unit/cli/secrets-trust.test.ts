import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { LOCAL_INVENTORY, type Project, project, runCli } from '../../support/cli.ts'

describe('run-playbook secrets, with a store that somebody else created', function () {
  this.timeout(60_000)
  let own: Project
  before(() => {
    own = project({ 'inventory.ts': LOCAL_INVENTORY })
  })
  after(() => own.remove())

  it('refuses it until it is trusted', async () => {
    const secrets = (args: readonly string[], env = {}) =>
      runCli(own, ['secrets', ...args], { input: 'value', env })
    assert.equal((await secrets(['set', 'mail.password'])).code, 0)
    // The colleague has the same key and a home of their own, in which nothing is known of the store.
    const colleague = {
      XDG_CONFIG_HOME: join(own.folder, 'colleague'),
      RUN_PLAYBOOK_IDENTITY: join(own.folder, '.config/run-playbook/identity.txt'),
    }
    rmSync(join(own.folder, 'state/secrets.age'))
    assert.equal((await secrets(['set', 'mail.password'], colleague)).code, 0)

    const refused = await secrets(['get', 'mail.password'])
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /secrets\.age is not the store that you used here before/)
    assert.match(refused.stderr, /run-playbook secrets trust/)
    const trusted = await secrets(['trust'])
    assert.equal(trusted.code, 0, trusted.stderr)
    assert.match(trusted.stdout, /You use \S+secrets\.age from now on/)
    assert.equal((await secrets(['get', 'mail.password'])).stdout, 'value\n')
  })

  it('trusts no store that is not there', async () => {
    rmSync(join(own.folder, 'state/secrets.age'))
    const { code, stderr } = await runCli(own, ['secrets', 'trust'])
    assert.equal(code, 1)
    assert.match(stderr, /there are no secrets in \S+secrets\.age/)
  })
})
