import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { reveal } from '../../../lib/core/secret.ts'
import type { SecretStore } from '../../../lib/secrets/index.ts'
import { type Checkout, checkout } from './checkout.ts'

const exec = promisify(execFile)
const DAY = 86_400_000
const at = (days: number) => () => new Date(Date.now() + days * DAY)

describe('certificates of a secret store, to openssl', () => {
  let repo: Checkout
  beforeEach(async () => (repo = await checkout()))
  afterEach(() => repo.remove())

  const request = { authority: 'tls', commonName: 'node-a', addresses: ['10.88.0.11'], names: ['a.example'] }
  const issue = (store: SecretStore, what = {}) => store.certificate('tls.node-a', { ...request, ...what })
  const path = (name: string): string => join(repo.root, name)
  const openssl = async (...args: string[]) => (await exec('openssl', args)).stdout

  /** Verifies a certificate as strictly as openssl can, some days from now; rejects with its complaint. */
  async function verify(leaf: string, authority: string, days: number, ...options: string[]): Promise<void> {
    await writeFile(path('leaf.crt'), leaf)
    await writeFile(path('ca.crt'), authority)
    const when = String(Math.floor(at(days)().getTime() / 1000))
    const strictly = ['-x509_strict', '-check_ss_sig', '-attime', when, '-CAfile', path('ca.crt')]
    await openssl('verify', ...strictly, ...options, path('leaf.crt'))
  }

  it('are good for servers and for clients, by address and by name', async () => {
    const { certificate, authority } = issue(await repo.openAs('ann'))
    for (const purpose of ['sslserver', 'sslclient'])
      for (const options of [
        ['-verify_ip', '10.88.0.11'],
        ['-verify_hostname', '10.88.0.11'],
        ['-verify_hostname', 'a.example'],
      ])
        await verify(certificate, authority, 0, '-purpose', purpose, ...options)
    await assert.rejects(verify(certificate, authority, 0, '-verify_ip', '10.88.0.12'), /mismatch/)
  })

  it('are good for three years', async () => {
    const { certificate, authority, notAfter } = issue(await repo.openAs('ann'))
    await verify(certificate, authority, 1095)
    await assert.rejects(verify(certificate, authority, 1096), /expired/)
    assert.equal(Math.round((notAfter.getTime() - Date.now()) / DAY), 1096)
  })

  it('of before and after the renewal of their authority are good with both', async () => {
    const year = 365
    const first = await repo.openAs('ann')
    const old = issue(first)
    await first.save()
    const late = await repo.openAs('ann', {}, at(6 * year))
    const before = issue(late)
    await late.save()
    const after = issue(await repo.openAs('ann', {}, at(8 * year)), { names: [] })
    assert.equal(before.authority, old.authority)
    assert.notEqual(after.authority, old.authority)
    for (const { certificate } of [before, after])
      for (const { authority } of [before, after]) await verify(certificate, authority, 8 * year + 1)
  })

  it('stay the same for an IPv6 address and for a name with signs in it', async () => {
    const what = { commonName: 'Ann, Bob + Söhne', addresses: ['fd00::11'] }
    const first = await repo.openAs('ann')
    const made = issue(first, what)
    await verify(made.certificate, made.authority, 0, '-verify_ip', 'fd00:0::11')
    await first.save()
    assert.equal(issue(await repo.openAs('ann'), what).certificate, made.certificate)
  })

  it('are issued anew for another host name, and when the clock was ahead', async () => {
    const first = await repo.openAs('ann', {}, at(10))
    const ahead = issue(first)
    await first.save()
    const store = await repo.openAs('ann')
    const today = issue(store)
    await verify(today.certificate, today.authority, 0)
    assert.notEqual(today.certificate, ahead.certificate)
    assert.notEqual(issue(store, { names: [] }).certificate, today.certificate)
  })

  it('say nothing that is no address and no host name', async () => {
    const store = await repo.openAs('ann')
    for (const what of [
      { addresses: ['10.88.0'] },
      { addresses: ['fe80::1%eth0'] },
      { names: ['a b'] },
      { commonName: '' },
    ])
      assert.throws(() => issue(store, what), { code: 'E_BAD_ARGUMENT' })
    assert.equal(store.has('tls.node-a'), false)
  })

  it('may come from an authority that was brought', async () => {
    const made = issue(await saved(await repo.openAs('ann')))
    const env = { RUN_PLAYBOOK_SECRET_TLS_AUTHORITY: await authority('ec', 'ec_paramgen_curve:P-256') }
    const store = await repo.openAs('ann', env)
    const own = issue(store)
    await verify(own.certificate, own.authority, 0)
    assert.notEqual(own.certificate, made.certificate)
    assert.equal(issue(store).certificate, own.certificate)
    await store.save()
    assert.equal(issue(await repo.openAs('ann', env)).certificate, own.certificate)
  })

  it('are not issued by what can not', async () => {
    const rsa = await authority('rsa', 'rsa_keygen_bits:2048')
    const leaf = reveal((await saved(await repo.openAs('ann'))).get('tls.node-a'))
    for (const given of [rsa, leaf]) {
      const store = await repo.openAs('ann', { RUN_PLAYBOOK_SECRET_TLS_AUTHORITY: given })
      assert.throws(() => issue(store), { code: 'E_SECRETS_KIND' })
    }
  })

  it('are refused when they are brought without their authority', async () => {
    const env = { RUN_PLAYBOOK_SECRET_TLS_NODE_A: await authority('ec', 'ec_paramgen_curve:P-256') }
    const store = await repo.openAs('ann', env)
    assert.throws(() => issue(store), {
      code: 'E_SECRETS_KIND',
      hint: 'Give RUN_PLAYBOOK_SECRET_TLS_AUTHORITY too, or unset RUN_PLAYBOOK_SECRET_TLS_NODE_A.',
    })
  })

  async function saved(store: SecretStore): Promise<SecretStore> {
    issue(store)
    await store.save()
    return store
  }

  /** What somebody's own authority looks like: a name of several parts, and its key. */
  async function authority(algorithm: string, option: string): Promise<string> {
    const [key, certificate] = [path('own.key'), path('own.crt')]
    const request = ['-newkey', algorithm, '-pkeyopt', option, '-nodes', '-keyout', key, '-out', certificate]
    await openssl(
      'req',
      '-x509',
      ...request,
      '-days',
      '3650',
      '-subj',
      '/O=Example, Inc/CN=Own authority',
      '-addext',
      'keyUsage=critical,keyCertSign',
    )
    return (await readFile(key, 'utf8')) + (await readFile(certificate, 'utf8'))
  }
})
