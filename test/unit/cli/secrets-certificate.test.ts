import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { makeAuthority } from '../../../lib/secrets/certificate.ts'
import { LOCAL_INVENTORY, type Project, project, runCli } from '../../support/cli.ts'

describe('run-playbook secrets get --certificate', function () {
  this.timeout(60_000)
  let own: Project
  before(() => {
    own = project({ 'inventory.ts': LOCAL_INVENTORY })
  })
  after(() => own.remove())

  const store = (name: string, input: string) => runCli(own, ['secrets', 'set', name], { input })
  const get = (...args: readonly string[]) => runCli(own, ['secrets', 'get', ...args])

  it('prints the certificate and no private key', async () => {
    const bundle = makeAuthority('ours', new Date())
    await store('pgbackrest.authority', bundle)
    const { code, stdout } = await get('pgbackrest.authority', '--certificate')
    assert.equal(code, 0)
    assert.doesNotMatch(stdout, /PRIVATE/)
    assert.equal(new X509Certificate(stdout).fingerprint256, new X509Certificate(bundle).fingerprint256)
    assert.match((await get('pgbackrest.authority')).stdout, /PRIVATE KEY/)
  })

  it('prints one whose key is lost', async () => {
    const lone = new X509Certificate(makeAuthority('old', new Date())).toString()
    await store('old.authority', lone)
    assert.equal((await get('old.authority', '--certificate')).stdout, lone)
  })

  it('refuses what is no certificate, and does not print it', async () => {
    await store('mail.password', 'value')
    const { code, stdout, stderr } = await get('mail.password', '--certificate')
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, /the secret mail\.password is not a certificate/)
  })
})
