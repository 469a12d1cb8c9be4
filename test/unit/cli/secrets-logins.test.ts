import assert from 'node:assert/strict'
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { LOCAL_INVENTORY, type Project, project, runCli } from '../../support/cli.ts'

describe('run-playbook secrets issue, issued and revoke', function () {
  this.timeout(60_000)
  let own: Project
  beforeEach(() => {
    own = project({ 'inventory.ts': LOCAL_INVENTORY })
  })
  afterEach(() => own.remove())

  const secrets = (...args: readonly string[]) => runCli(own, ['secrets', ...args])
  const at = (name: string) => join(own.folder, name)
  const issue = (to: string, ...more: string[]) => secrets('issue', 'clients', 'app', '--to', at(to), ...more)

  it('write a certificate and its key, which only its owner may read, and print no key', async () => {
    const { code, stdout, stderr } = await issue('client', '--days', '30')
    assert.equal(code, 0, stderr)
    assert.match(
      stdout,
      /client\.crt lets its holder log in as app until \d{4}-\d\d-\d\d; serial number [0-9A-F]{32}/,
    )
    assert.doesNotMatch(stdout + stderr, /PRIVATE/)
    const certificate = new X509Certificate(readFileSync(at('client/client.crt')))
    assert.ok(certificate.checkPrivateKey(createPrivateKey(readFileSync(at('client/client.key')))))
    const modes = ['client/client.key', 'client/client.crt'].map((name) => statSync(at(name)).mode & 0o777)
    assert.deepEqual(modes, [0o600, 0o644])
  })

  it('write in the place of no other file, and issue nothing then', async () => {
    assert.equal((await issue('client')).code, 0)
    const key = readFileSync(at('client/client.key'), 'utf8')
    const again = await issue('client')
    assert.equal(again.code, 1)
    assert.match(again.stderr, /client\.key exists already/)
    assert.equal(readFileSync(at('client/client.key'), 'utf8'), key)
    assert.equal((await secrets('issued', 'clients')).stdout.trim().split('\n').length, 1)
  })

  it('list what was issued, and revoke it', async () => {
    await issue('client')
    const listed = (await secrets('issued', 'clients')).stdout
    assert.match(listed, /^app {2}[0-9A-F]{32} {2}good until \d{4}-\d\d-\d\d$/m)
    const revoked = await secrets('revoke', 'clients', 'app')
    assert.equal(revoked.code, 0, revoked.stderr)
    assert.match(revoked.stdout, /Revoked: app, serial number [0-9A-F]{32}/)
    assert.match((await secrets('issued', 'clients')).stdout, /revoked \d{4}/)
    const again = await secrets('revoke', 'clients', 'app')
    assert.equal(again.code, 1)
    assert.match(again.stderr, /clients has no certificate app that is not revoked/)
  })

  it('refuse a life that is none', async () => {
    for (const days of ['0', '-1', 'x', '4000'])
      assert.match(
        (await issue('client', `--days=${days}`)).stderr,
        /--days is .*: it must be a number from 1 to 3650/,
      )
  })

  it('have another authority with rotate, which has issued nothing', async () => {
    await issue('client')
    const before = (await secrets('get', 'clients.authority', '--certificate')).stdout
    const { code, stdout } = await secrets('rotate', 'clients.authority')
    assert.equal(code, 0)
    assert.match(stdout, /servers refuse all client certificates that were issued before/)
    assert.notEqual((await secrets('get', 'clients.authority', '--certificate')).stdout, before)
    assert.match((await secrets('issued', 'clients')).stdout, /has issued no certificates/)
  })
})
