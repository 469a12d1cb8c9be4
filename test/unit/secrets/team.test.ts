import assert from 'node:assert/strict'
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../../../lib/core/errors.ts'
import { reveal } from '../../../lib/core/secret.ts'
import { open } from '../../../lib/secrets/opened.ts'
import { placesIn } from '../../../lib/secrets/places.ts'
import { save } from '../../../lib/secrets/save.ts'
import { type Checkout, checkout } from './checkout.ts'

describe('secrets of a team', () => {
  let repo: Checkout
  let value: string
  beforeEach(async () => {
    repo = await checkout()
    const store = await repo.openAs('ann')
    value = reveal(store.password('app'))
    await store.save()
  })
  afterEach(() => repo.remove())

  const locked = async (who: string, env: NodeJS.ProcessEnv = {}): Promise<UserError> => {
    const store = await repo.openAs(who, env)
    try {
      store.password('app')
    } catch (error) {
      assert.ok(error instanceof UserError)
      assert.equal(error.code, 'E_SECRETS_LOCKED')
      return error
    }
    return assert.fail('was not locked')
  }

  const accept = async (who: string): Promise<void> => {
    const places = placesIn(repo.stateDir, {}, join(repo.root, who))
    await save(places, await open(places), new Map(), { accept: true })
  }

  it('tells a newcomer who they are and what to do', async () => {
    const error = await locked('bob')
    const own = /public key: (age1\S+)/.exec(await readFile(repo.identityOf('bob'), 'utf8'))?.[1] ?? '?'
    assert.ok(error.message.includes(repo.path('secrets.age')))
    assert.ok(error.message.includes(own))
    assert.match(error.hint ?? '', /Add that key to .*recipients\.txt and commit it; then ask \S+@\S+ to run/)
  })

  it('never writes over what it can not read', async () => {
    const before = [await repo.read('secrets.age'), await repo.read('recipients.txt')]
    const store = await repo.openAs('bob')
    assert.throws(() => store.password('other'), { code: 'E_SECRETS_LOCKED' })
    await store.save()
    assert.deepEqual([await repo.read('secrets.age'), await repo.read('recipients.txt')], before)
  })

  it('lets in who was added when a member accepts them, and never before', async () => {
    const bob = (await repo.openAs('bob')).publicKey
    await appendFile(repo.path('recipients.txt'), `\n# bob\n${bob}\n`)
    assert.match(
      (await locked('bob')).hint ?? '',
      /^Ask \S+@\S+ to run run-playbook secrets recipients --accept/,
    )
    const ann = await repo.openAs('ann')
    assert.deepEqual(ann.waiting, [`bob, ${bob}`])
    ann.password('another')
    await ann.save()
    assert.deepEqual(ann.waiting, [`bob, ${bob}`])
    await locked('bob')
    await accept('ann')
    assert.equal(reveal((await repo.openAs('bob')).password('app')), value)
    assert.equal(reveal((await repo.openAs('ann')).password('app')), value)
    assert.deepEqual((await repo.openAs('ann')).waiting, [])
  })

  it('encrypts a first store for its maker alone, whoever is listed', async () => {
    const fresh = await checkout()
    const bob = (await repo.openAs('bob')).publicKey
    const ann = await fresh.openAs('ann')
    await ann.save()
    ann.password('app')
    await mkdir(fresh.stateDir, { recursive: true })
    const own = await repo.openAs('ann', { RUN_PLAYBOOK_IDENTITY: repo.identityOf('ann') })
    await writeFile(fresh.path('recipients.txt'), `# ann\n${own.publicKey}\n# bob\n${bob}\n`)
    const store = await fresh.openAs('ann', { RUN_PLAYBOOK_IDENTITY: repo.identityOf('ann') })
    store.password('app')
    await store.save()
    assert.deepEqual(store.waiting, [`bob, ${bob}`])
    const other = await fresh.openAs('bob', { RUN_PLAYBOOK_IDENTITY: repo.identityOf('bob') })
    assert.throws(() => other.password('app'), { code: 'E_SECRETS_LOCKED' })
    await fresh.remove()
  })

  it('shuts out who was removed, but does not let them do it to themselves', async () => {
    const before = await repo.read('recipients.txt')
    const bob = (await repo.openAs('bob')).publicKey!
    await appendFile(repo.path('recipients.txt'), `${bob}\n`)
    await accept('ann')
    await writeFile(repo.path('recipients.txt'), before)

    const leaving = await repo.openAs('bob')
    assert.equal(reveal(leaving.password('app')), value)
    await leaving.save()
    assert.throws(() => leaving.password('new'), { code: 'E_SECRETS_LOCKED', hint: new RegExp(bob) })
    assert.equal(reveal((await repo.openAs('bob')).password('app')), value)

    await (await repo.openAs('ann')).save()
    await locked('bob')
  })

  it('works in CI with the key itself, or with the path of its file', async () => {
    const key = await repo.privateKeyOf('ann')
    const byKey = await repo.openAs('ci', { RUN_PLAYBOOK_IDENTITY: `${key}\n` })
    assert.equal(reveal(byKey.password('app')), value)
    const byPath = await repo.openAs('ci', { RUN_PLAYBOOK_IDENTITY: repo.identityOf('ann') })
    assert.equal(reveal(byPath.password('app')), value)
    await assert.rejects(readFile(repo.identityOf('ci')), { code: 'ENOENT' })
  })

  it('reads identity files of several keys', async () => {
    const both = join(repo.root, 'both.txt')
    await locked('bob')
    await writeFile(both, `# mine\n${await repo.privateKeyOf('bob')}\r\n${await repo.privateKeyOf('ann')}\n`)
    const store = await repo.openAs('bob', { RUN_PLAYBOOK_IDENTITY: both })
    assert.equal(reveal(store.password('app')), value)
  })

  it('needs no key when the environment brings all values', async () => {
    const store = await repo.openAs('ci', { RUN_PLAYBOOK_SECRET_APP: 'brought' })
    assert.equal(reveal(store.password('app')), 'brought')
    await store.save()
  })

  it('says at once that a named identity is not there or is none', async () => {
    const none = join(repo.root, 'none.txt')
    await writeFile(none, 'ssh-ed25519 AAAA\n')
    for (const given of ['/nowhere/identity.txt', none, 'AGE-SECRET-KEY-1NOPE']) {
      await assert.rejects(repo.openAs('ci', { RUN_PLAYBOOK_IDENTITY: given }), {
        code: 'E_SECRETS_IDENTITY',
      })
    }
  })

  it('names the line that is no public key', async () => {
    await appendFile(repo.path('recipients.txt'), 'age1nope\n')
    const lines = (await repo.read('recipients.txt')).split('\n').length - 1
    await assert.rejects(repo.openAs('ann'), {
      code: 'E_SECRETS_RECIPIENTS',
      message: new RegExp(`recipients\\.txt:${lines} `),
    })
  })

  it('does not repeat a private key that was pasted among the public ones', async () => {
    const key = await repo.privateKeyOf('ann')
    await appendFile(repo.path('recipients.txt'), `${key}\n`)
    await assert.rejects(repo.openAs('ann'), (error: UserError) => {
      assert.match(error.hint ?? '', /private key/)
      return !`${error.message}${error.hint}${error.stack}`.includes(key)
    })
  })

  it('does not make secrets that their maker could not read', async () => {
    const other = await checkout()
    const ann = (await repo.openAs('ann')).publicKey
    const first = await other.openAs('bob')
    first.password('app')
    await first.save()
    await writeFile(other.path('recipients.txt'), `${ann}\n`)
    const store = await other.openAs('bob')
    assert.throws(() => store.password('new'), { code: 'E_SECRETS_LOCKED' })
    await other.remove()
  })

  it('says that a damaged file is damaged, and leaves it', async () => {
    const good = await repo.read('secrets.age')
    const lines = good.split('\n')
    const hurt = {
      truncated: good.slice(0, good.length / 2),
      empty: '',
      flipped: good.replace(lines[5]!, [...lines[5]!].toReversed().join('')),
      merged: good.replace(lines[3]!, `<<<<<<< ours\n${lines[3]}`),
      binary: 'age-encryption.org/v1\n-> X25519',
    }
    for (const [how, text] of Object.entries(hurt)) {
      await writeFile(repo.path('secrets.age'), text)
      await assert.rejects(repo.openAs('ann'), { code: 'E_SECRETS_DAMAGED' }, how)
      assert.equal(await repo.read('secrets.age'), text)
    }
  })
})
