import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { changed, from } from '../../../lib/core/deferred.ts'
import { defineFact } from '../../../lib/core/fact.ts'
import { group } from '../../../lib/core/group.ts'
import { ask, readerOfOne } from '../../../lib/core/probe.ts'
import { paths } from '../../../lib/core/resource.ts'
import { sh } from '../../../lib/core/sh.ts'
import { copy, facts as hostFacts, file, shell } from '../../../lib/modules/index.ts'
import { runLocal } from '../../support/run-local.ts'

const listing = readerOfOne<readonly string[]>({
  name: 'listing',
  ask: (folder) => sh`ls ${folder}`,
  parse: ({ stdout }) => stdout.toString().split('\n').filter(Boolean),
  sees: (folder) => [paths.below(folder)],
})
const names = defineFact({
  name: 'names',
  args: z.strictObject({ folder: z.string() }),
  probe: ({ folder }) => ask(listing, folder),
})

describe('what was found', () => {
  let root: string
  const at = (name: string) => join(root, name)
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'found-'))
    mkdirSync(at('users'))
    for (const user of ['ann', 'bob']) writeFileSync(at(`users/${user}`), '')
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  const homes = () => {
    const users = names('users', { folder: at('users') })
    return [
      users,
      from(users, (list) =>
        list.map((user) => file(`home of ${user}`, { path: at(`home-${user}`), state: 'directory' })),
      ),
      copy('last', { dest: at('last'), content: 'x' }),
    ]
  }

  for (const batch of [true, false])
    it(`makes tasks, ${batch ? 'batched' : 'one at a time'}`, async () => {
      const dry = await runLocal(homes, { batch, check: true })
      const all = ['home of ann', 'home of bob', 'last']
      assert.deepEqual(dry.statuses, ['users: ok', ...all.map((name) => `${name}: would-change`)])
      const run = await runLocal(homes, { batch })
      assert.deepEqual(run.statuses, ['users: ok', ...all.map((name) => `${name}: changed`)])
      assert.ok(existsSync(at('home-bob')))
      const again = await runLocal(homes, { batch })
      assert.deepEqual(again.statuses, ['users: ok', ...all.map((name) => `${name}: ok`)])
    })

  it('tells all that is asked next in one trip, in a dry run too', async () => {
    const users = Array.from({ length: 12 }, (_, i) => `user${i}`)
    for (const user of users) writeFileSync(at(`users/${user}`), '')
    await runLocal(homes)
    const trips = async (check: boolean) =>
      (await runLocal(homes, { check })).recap.hosts['host-1']?.roundTrips
    assert.equal(await trips(true), await trips(false))
  })

  it('is asked in the same trip as everything else', async () => {
    const trips = async (tasks: Parameters<typeof runLocal>[0]) =>
      (await runLocal(tasks)).recap.hosts['host-1']?.roundTrips
    const plain = await trips(() => [file('f', { path: at('f'), state: 'absent' })])
    const facts = await trips(() => [
      names('users', { folder: at('users') }),
      file('f', { path: at('f'), state: 'absent' }),
    ])
    assert.equal(facts, plain)
  })

  it('of the facts that come with it is asked in that trip too, and can be used', async () => {
    const asked = [hostFacts.os, hostFacts.network, hostFacts.memory, hostFacts.disks, hostFacts.services]
    const one = await runLocal(() => [hostFacts.packages('packages')])
    const run = await runLocal(() => {
      const os = hostFacts.os('os')
      const content = from(os, ({ id, hostname }) => ({ dest: at('motd'), content: `${id} ${hostname}` }))
      return [...asked.map((fact) => fact('fact')), hostFacts.packages('packages'), os, copy('motd', content)]
    })
    assert.ok(run.statuses.slice(0, -1).every((status) => status.endsWith(': ok')))
    assert.match(readFileSync(at('motd'), 'utf8'), /^\w+ \S+$/)
    const all = await runLocal(() => asked.map((fact) => fact('fact')))
    const trips = ({ recap }: typeof all) => recap.hosts['host-1']?.roundTrips
    assert.equal(trips(all), trips(one))
  })

  it('may bring handlers, groups and tasks that depend on each other', async () => {
    const tasks = () => {
      const users = names('users', { folder: at('users') })
      const handler = shell('handler', { script: `echo handled >> ${at('log')}` })
      return [
        users,
        from(users, (list) =>
          list.map((user) => {
            const made = copy(`file of ${user}`, { dest: at(user), content: user }, { notify: handler })
            return group({}, [
              made,
              shell(`after ${user}`, { script: `echo ${user} >> ${at('log')}` }, { when: changed(made) }),
            ])
          }),
        ),
      ]
    }
    await runLocal(tasks)
    assert.equal(readFileSync(at('log'), 'utf8'), 'ann\nbob\nhandled\n')
  })

  it('by several tasks makes arguments together', async () => {
    const run = await runLocal(() => {
      const users = names('users', { folder: at('users') })
      const word = shell('word', { script: 'echo hello', changes: false })
      return [
        users,
        word,
        copy(
          'both',
          from([users, word], (list, { stdout }) => ({
            dest: at('both'),
            content: `${stdout}${list.join(' ')}`,
          })),
        ),
      ]
    })
    assert.deepEqual(run.statuses, ['users: ok', 'word: ok', 'both: changed'])
    assert.equal(readFileSync(at('both'), 'utf8'), 'hello\nann bob')
  })

  it('is unknown in a dry run while a change before it may alter it', async () => {
    const tasks = () => {
      const made = shell('makes users', { script: `touch ${at('users/eve')}` })
      const users = names('users', { folder: at('users') })
      return [
        made,
        users,
        from(users, (list) => list.map((user) => file(user, { path: at(user), state: 'file' }))),
      ]
    }
    const dry = await runLocal(tasks, { check: true })
    assert.deepEqual(dry.statuses, ['makes users: would-change', 'users: unknown'])
    assert.match(
      dry.events.flatMap((event) => (event.type === 'notice' ? [event.text] : [])).join(),
      /which tasks come after "users" is known only once it has run/,
    )
    const run = await runLocal(tasks)
    assert.deepEqual(run.statuses.slice(2), ['ann: changed', 'bob: changed', 'eve: changed'])
  })

  it('that makes wrong tasks fails, and a rescue deals with it', async () => {
    const tasks = () => {
      const users = names('users', { folder: at('users') })
      return [
        users,
        group({}, [from(users, () => [file('bad', { path: 'relative', state: 'file' })])], {
          rescue: [copy('rescue', { dest: at('rescue'), content: 'x' })],
        }),
      ]
    }
    const run = await runLocal(tasks)
    assert.equal(run.tasks[1]?.status, 'failed')
    assert.equal(run.tasks[1]?.error?.code, 'E_BAD_ARGUMENT')
    assert.deepEqual(run.statuses.at(-1), 'rescue: changed')
  })
})
