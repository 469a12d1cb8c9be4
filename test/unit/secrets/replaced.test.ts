import assert from 'node:assert/strict'
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Secret, reveal } from '../../../lib/core/secret.ts'
import { open } from '../../../lib/secrets/opened.ts'
import { placesIn } from '../../../lib/secrets/places.ts'
import { save } from '../../../lib/secrets/save.ts'
import { seal } from '../../../lib/secrets/vault.ts'
import { type Checkout, checkout } from './checkout.ts'

/** Somebody who can change the files of the project, and read no secret. */
describe('a store that somebody else wrote', () => {
  let repo: Checkout
  let ann: string
  const places = (who = 'ann') => placesIn(repo.stateDir, {}, join(repo.root, who))
  const known = (who = 'ann') => join(repo.root, who, '.config/run-playbook/known_stores.json')

  beforeEach(async () => {
    repo = await checkout()
    const store = await repo.openAs('ann')
    store.password('app')
    await store.save()
    ann = (await repo.openAs('ann')).publicKey!
  })
  afterEach(() => repo.remove())

  /** Encrypted for everybody who is listed, as the one before. */
  const forge = async (id?: string): Promise<void> =>
    writeFile(
      repo.path('secrets.age'),
      await seal({
        secrets: new Map([['app', new Secret('app', 'chosen')]]),
        previous: new Map(),
        byHand: new Set(),
        recipients: [ann],
        id,
      }),
    )

  for (const [what, id] of [
    ['without an id', undefined],
    ['with an id of its own', 'AAAA'],
    ['with an empty id', ''],
  ] as const)
    it(`is refused ${what}`, async () => {
      await forge(id)
      const store = await repo.openAs('ann')
      assert.throws(() => store.password('app'), {
        code: 'E_SECRETS_REPLACED',
        message: /secrets\.age is not the store/,
      })
      assert.throws(() => store.password('other'), { code: 'E_SECRETS_REPLACED' })
    })

  it('is refused when it comes between opening and saving', async () => {
    const store = await repo.openAs('ann')
    store.password('other')
    await forge('AAAA')
    const before = await repo.read('secrets.age')
    await assert.rejects(store.save(), { code: 'E_SECRETS_REPLACED' })
    assert.equal(await repo.read('secrets.age'), before)
  })

  it('is used once it is trusted, and the one before is when it is put back', async () => {
    const [ours, theirs] = [repo.path('ours'), repo.path('theirs')]
    await copyFile(repo.path('secrets.age'), ours)
    await forge('AAAA')
    await copyFile(repo.path('secrets.age'), theirs)
    await open(places(), true)
    assert.equal(reveal((await repo.openAs('ann')).password('app')), 'chosen')
    for (const known of [ours, theirs]) {
      await copyFile(known, repo.path('secrets.age'))
      assert.ok((await repo.openAs('ann')).password('app'))
    }
    await forge('BBBB')
    const store = await repo.openAs('ann')
    assert.throws(() => store.password('app'), { code: 'E_SECRETS_REPLACED' })
  })

  it('is used from then on when it is trusted, also one without an id', async () => {
    await forge()
    await open(places(), true)
    assert.equal(reveal((await repo.openAs('ann')).password('app')), 'chosen')
  })

  it('is told apart from one that members changed', async () => {
    const later = await repo.openAs('ann')
    later.password('other')
    await later.save()
    await save(places(), await open(places()), new Map([['app', new Secret('app', 'new')]]), {
      removed: ['other'],
    })
    assert.equal(reveal((await repo.openAs('ann')).password('app')), 'new')
  })

  it('is told apart from one of our own, made while the old one was away, and from the old one', async () => {
    const old = repo.path('old')
    await rename(repo.path('secrets.age'), old)
    const store = await repo.openAs('ann')
    const value = reveal(store.password('app'))
    await store.save()
    assert.equal(reveal((await repo.openAs('ann')).password('app')), value)
    await rename(old, repo.path('secrets.age'))
    assert.notEqual(reveal((await repo.openAs('ann')).password('app')), value)
  })

  it('is not noticed by who reads a store here for the first time', async () => {
    await rm(known())
    await forge('AAAA')
    assert.equal(reveal((await repo.openAs('ann')).password('app')), 'chosen')
  })

  it('a store of before ids gets one with the next change', async () => {
    await rm(known())
    await forge()
    const store = await repo.openAs('ann')
    store.password('other')
    await store.save()
    await forge()
    const forged = await repo.openAs('ann')
    assert.throws(() => forged.password('app'), { code: 'E_SECRETS_REPLACED' })
  })

  it('the list of known stores is private, and holds no id', async () => {
    const text = await readFile(known(), 'utf8')
    assert.match(text, /^\{\n {2}"\/.*secrets\.age": \[\n {4}"[\w-]{43}"\n {2}\]\n\}\n$/)
  })

  it('a damaged list is refused, and one that cannot be kept is no error', async () => {
    await writeFile(known(), '{"a": "b"}')
    await assert.rejects(repo.openAs('ann'), {
      code: 'E_SECRETS_KNOWN',
      message: /known_stores\.json is damaged/,
    })
    await rm(known())
    await mkdir(join(repo.root, 'no'), { recursive: true })
    await writeFile(join(repo.root, 'no/.config'), 'a file')
    const key = await repo.privateKeyOf('ann')
    const store = await repo.openAs('no', { RUN_PLAYBOOK_IDENTITY: key })
    assert.ok(store.password('app'))
  })
})
