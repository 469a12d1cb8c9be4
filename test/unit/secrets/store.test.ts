import assert from 'node:assert/strict'
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { UserError } from '../../../lib/core/errors.ts'
import { Secret, reveal } from '../../../lib/core/secret.ts'
import { fingerprint, openSecrets } from '../../../lib/secrets/index.ts'
import { type Checkout, checkout } from './checkout.ts'

describe('a secret store', () => {
  let repo: Checkout
  beforeEach(async () => (repo = await checkout()))
  afterEach(() => repo.remove())

  it('makes passwords on first need and finds them again', async () => {
    const first = await repo.openAs('ann')
    const made = first.password('postgres.replication')
    assert.match(reveal(made), /^[A-Za-z0-9]{32}$/)
    assert.equal(first.password('postgres.replication'), made)
    await first.save()
    const second = await repo.openAs('ann')
    assert.equal(reveal(second.password('postgres.replication')), reveal(made))
  })

  it('finds a new name that looks misspelled, and takes none of a series for one', async () => {
    const first = await repo.openAs('ann')
    for (const name of ['mail.password', 'app.token', 'wireguard.node-a']) first.password(name)
    assert.deepEqual(first.misspelled, [])
    await first.save()
    const second = await repo.openAs('ann')
    for (const name of ['mail.pasword', 'app.token', 'app.tokens', 'wireguard.node-b', 'other'])
      second.password(name)
    assert.deepEqual(second.misspelled, [{ name: 'mail.pasword', meant: 'mail.password' }])
    await second.save()
    assert.deepEqual(second.misspelled, [])
  })

  it('writes nothing on a fresh checkout until it is told to save', async () => {
    const store = await repo.openAs('ann')
    store.password('app')
    assert.deepEqual(await readdir(repo.root), [])
  })

  it('says at once that the file of the own identity is none, also where there is no store yet', async () => {
    await mkdir(dirname(repo.identityOf('ann')), { recursive: true })
    await writeFile(repo.identityOf('ann'), 'ssh-ed25519 AAAA\n')
    await assert.rejects(repo.openAs('ann'), { code: 'E_SECRETS_IDENTITY' })
  })

  it('keeps the files to their owner, and values out of them', async () => {
    const store = await repo.openAs('ann')
    const value = reveal(store.password('app'))
    await store.save()
    const mode = async (path: string) => (await stat(path)).mode & 0o777
    assert.equal(await mode(repo.path('secrets.age')), 0o600)
    assert.equal(await mode(repo.identityOf('ann')), 0o600)
    assert.equal(await mode(dirname(repo.identityOf('ann'))), 0o700)
    assert.deepEqual((await readdir(repo.stateDir)).toSorted(), ['recipients.txt', 'secrets.age'])
    assert.ok(!(await repo.read('secrets.age')).includes(value))
    assert.ok((await repo.read('recipients.txt')).includes(store.publicKey!))
  })

  it('leaves the file alone when nothing is new', async () => {
    const store = await repo.openAs('ann')
    store.password('app')
    await store.save()
    const before = await repo.read('secrets.age')
    await store.save()
    const again = await repo.openAs('ann')
    again.password('app')
    await again.save()
    assert.equal(await repo.read('secrets.age'), before)
  })

  it('remembers what a secret was before, newest first, but no certificate', async () => {
    const request = { authority: 'ca', commonName: 'a', addresses: [] }
    const open = () => repo.openAs('ann')
    const store = await open()
    store.adopt('app', new Secret('app', 'first'))
    store.certificate('a', request)
    await store.save()
    assert.deepEqual(store.previous('app'), [])
    for (const value of ['second', 'third', 'second']) {
      const next = await open()
      next.adopt('app', new Secret('app', value))
      next.adopt('a', new Secret('a', `${reveal(next.get('a'))}\n`))
      await next.save()
    }
    const later = await open()
    assert.deepEqual(later.previous('app').map(reveal), ['third', 'first'])
    assert.deepEqual(later.previous('a'), [])
    const given = await repo.openAs('ann', { RUN_PLAYBOOK_SECRET_APP: 'given' })
    assert.deepEqual(given.previous('app').map(reveal), ['second', 'third', 'first'])
  })

  it('lets the environment win, and does not store what it brings', async () => {
    const store = await repo.openAs('ann')
    const stored = reveal(store.password('app.db-user'))
    await store.save()
    const before = await repo.read('secrets.age')
    const given = await repo.openAs('ann', { RUN_PLAYBOOK_SECRET_APP_DB_USER: 'brought' })
    assert.equal(reveal(given.password('app.db-user')), 'brought')
    assert.equal(given.get('app.db-user'), given.password('app.db-user'))
    await given.save()
    assert.equal(await repo.read('secrets.age'), before)
    assert.equal(reveal((await repo.openAs('ann')).get('app.db-user')), stored)
  })

  it('takes an empty variable for an accident', async () => {
    const store = await repo.openAs('ann', { RUN_PLAYBOOK_SECRET_APP: '' })
    assert.throws(() => store.password('app'), { code: 'E_SECRETS_EMPTY' })
  })

  it('refuses a password that breaks lines', async () => {
    const store = await repo.openAs('ann', { RUN_PLAYBOOK_SECRET_APP: 'line one\nline two' })
    assert.throws(() => store.password('app'), { code: 'E_SECRETS_KIND' })
    assert.equal(reveal(store.get('app')), 'line one\nline two')
  })

  it('refuses names that no variable can carry', async () => {
    const store = await repo.openAs('ann')
    for (const name of ['', 'App', 'a_b', 'a..b', '-a', '__proto__', 'a b', '../a']) {
      assert.throws(() => store.password(name), { code: 'E_SECRETS_NAME' }, name)
    }
  })

  it('says how to provide what it can not make up', async () => {
    const store = await repo.openAs('ann', { RUN_PLAYBOOK_SECRET_SMTP_PASSWORD: 'hunter22' })
    store.password('smtp.user')
    assert.equal(reveal(store.get('smtp.password')), 'hunter22')
    assert.equal(store.has('smtp.password'), true)
    assert.equal(store.has('smtp.token'), false)
    assert.throws(() => store.get('smtp.usr'), {
      code: 'E_SECRETS_MISSING',
      hint: `Did you mean smtp.user? Set RUN_PLAYBOOK_SECRET_SMTP_USR, or add it to ${repo.path('secrets.age')}: run-playbook secrets set smtp.usr`,
    })
  })

  it('takes names that objects know already', async () => {
    const store = await repo.openAs('ann')
    const value = reveal(store.password('constructor'))
    await store.save()
    assert.equal(reveal((await repo.openAs('ann')).get('constructor')), value)
  })

  it('respects XDG_CONFIG_HOME', async () => {
    const env = { XDG_CONFIG_HOME: join(repo.root, 'xdg') }
    const store = await repo.openAs('ann', env)
    store.password('app')
    await store.save()
    assert.deepEqual(await readdir(join(repo.root, 'xdg/run-playbook')), [
      'identity.txt',
      'known_stores.json',
    ])
  })

  it('keeps any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1 }), async (value) => {
        const own = await checkout()
        const store = await own.openAs('ann')
        store.generate('any', () => value)
        await store.save()
        assert.equal(reveal((await own.openAs('ann')).get('any')), value)
        await own.remove()
      }),
      { numRuns: 10 },
    )
  })

  it('never shows a value in an error, however it is printed', async () => {
    const value = 'correct-horse-battery'
    const ann = await repo.openAs('ann')
    ann.generate('wg', () => value)
    await ann.save()
    const rival = await openSecrets({
      stateDir: join(repo.root, 'other'),
      env: {},
      home: join(repo.root, 'ann'),
    })
    const late = await openSecrets({
      stateDir: join(repo.root, 'other'),
      env: {},
      home: join(repo.root, 'ann'),
    })
    rival.generate('wg', () => value)
    late.generate('wg', () => `${value}-2`)
    await rival.save()
    const key = await repo.privateKeyOf('ann')
    const cut = key.slice(0, -3)
    const failures: (() => unknown)[] = [
      () => ann.wireguardKey('wg'),
      () => ann.get('wgg'),
      () => late.save(),
      async () => (await repo.openAs('eve')).get('wg'),
      () => repo.openAs('ann', { RUN_PLAYBOOK_IDENTITY: cut }),
    ]
    for (const fail of failures) {
      const error = await Promise.resolve()
        .then(fail)
        .then(
          () => undefined,
          (reason: unknown) => reason,
        )
      assert.ok(error instanceof UserError, String(error))
      const printed = `${error.message} ${error.hint} ${inspect(error, { depth: 9 })} ${JSON.stringify(error)}`
      for (const hidden of [value, key, cut]) assert.ok(!printed.includes(hidden), printed)
    }
    assert.ok(!inspect(ann, { depth: 9, showHidden: true }).includes(value))
  })

  it('fingerprints tell two values apart without telling them', async () => {
    const store = await repo.openAs('ann')
    const [a, b] = [store.password('a'), store.password('b')]
    assert.match(fingerprint(a), /^sha256:[0-9a-f]{4}$/)
    assert.equal(fingerprint(a), fingerprint(a))
    assert.notEqual(reveal(a), reveal(b))
  })
})
