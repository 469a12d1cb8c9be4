import assert from 'node:assert/strict'
import type { ShellStep } from '../../../../lib/core/module.ts'
import { type PgbackrestRestoreArgs, pgbackrest } from '../../../../lib/pgbackrest/modules/index.ts'
import type { DataFolder } from '../../../../lib/pgbackrest/modules/restore/data-folder.ts'
import { planOf } from '../../modules/driver.ts'
import { VERSIONS, stateOf } from './fixtures.ts'

const restore = (args: Partial<PgbackrestRestoreArgs> = {}) =>
  pgbackrest.restore('it', { container: 'drill', to: '/srv/pg data', ...args })
const on = (folder: Partial<DataFolder> = {}, version: (typeof VERSIONS)[number] = '2.55') => ({
  pgbackrest: { ...stateOf(version, 'timeline'), cluster: undefined },
  folder: { holds: 'nothing', inUse: false, restoredBy: '', ...folder } as const,
})
const script = (task: ReturnType<typeof restore>, state = on()): string =>
  (task.module.apply(task.args, state) as readonly ShellStep[]).map((step) => step.script).join('\n')

describe('pgbackrest.restore', () => {
  for (const version of VERSIONS) {
    it(`restores into an empty folder, from backups of ${version}`, () => {
      assert.deepEqual(planOf(restore(), on({}, version)).changes, [
        { what: '/srv/pg data', from: 'empty', to: 'restored to latest' },
      ])
      const said = script(restore({ archiveMode: 'off' }), on({}, version))
      assert.match(said, /--type=default --archive-mode=off/)
      assert.doesNotMatch(said, /--delta/)
    })

    it(`knows the backups of ${version}`, () => {
      const { info } = stateOf(version, 'timeline')
      const set = info.backups[1]?.label as string
      assert.match(script(restore({ set })), new RegExp(`--set=${set}`))
      assert.match(
        String(planOf(restore({ set }), on({}, version)).changes[0]?.to),
        new RegExp(`from ${set}`),
      )
      const other = restore({ set: '20200101-000000F' })
      assert.throws(() => planOf(other, on({}, version)), { message: 'there is no backup 20200101-000000F' })
      const [first] = info.backups
      const value = new Date((first?.stop ?? 0) * 1000 - 1)
      const early = restore({ target: { type: 'time', value } })
      assert.throws(() => planOf(early, on({}, version)), {
        hint: /only later points in time can be restored/,
      })
      const late = restore({ target: { type: 'time', value: new Date(value.getTime() + 2) } })
      assert.equal(planOf(late, on({}, version)).changes.length, 1)
    })
  }

  it('writes targets as pgBackRest reads them', () => {
    const cases: [PgbackrestRestoreArgs['target'], RegExp][] = [
      [
        { type: 'time', value: '2026-11-24T02:39:44.5+0100', exclusive: true },
        /--type=time '\S*--target=2026-11-24 02:39:44\.5\+0100\S* --target-exclusive/,
      ],
      [{ type: 'time', value: new Date('2027-01-01T00:00:00Z') }, /--target=2027-01-01 00:00:00\.000\+00/],
      [{ type: 'name', value: 'before it' }, /--type=name .*--target=before it/],
      [{ type: 'lsn', value: '0/3A0000D8' }, /--type=lsn --target=0\/3A0000D8/],
      [{ type: 'xid', value: '725' }, /--type=xid --target=725/],
      [{ type: 'immediate' }, /--type=immediate/],
      [{ type: 'standby' }, /--type=standby/],
    ]
    for (const [target, words] of cases) assert.match(script(restore({ target })), words)
  })

  it('refuses targets that are none, before any host is asked', () => {
    const wrong = [
      { target: { type: 'time', value: '2026-11-24 02:39:44' } },
      { target: { type: 'time', value: '2026-13-24 02:39:44+00' } },
      { target: { type: 'time', value: new Date(Number.NaN) } },
      { target: { type: 'lsn', value: '12' } },
      { target: { type: 'xid', value: 'x' } },
      { target: { type: 'latest', value: '1' } },
      { action: 'promote' },
      { set: 'latest' },
      { to: '/' },
      { to: 'relative' },
    ]
    for (const args of wrong)
      assert.throws(() => restore(args as never), { code: 'E_BAD_ARGUMENT' }, JSON.stringify(args))
  })

  it('refuses a folder that is not empty, and overwrites one only when told so', () => {
    const cluster = on({ holds: 'cluster' })
    assert.throws(() => planOf(restore(), cluster), {
      code: 'E_PGBACKREST_NOT_EMPTY',
      message: '/srv/pg data is not empty: it contains a PostgreSQL cluster',
    })
    assert.equal(planOf(restore({ overwrite: true }), cluster).changes[0]?.from, 'a PostgreSQL cluster')
    assert.match(script(restore({ overwrite: true }), cluster), /--delta/)
    assert.throws(() => planOf(restore({ overwrite: true }), on({ holds: 'other' })), {
      code: 'E_PGBACKREST_NOT_EMPTY',
    })
    assert.throws(() => planOf(restore({ overwrite: true }), on({ holds: 'cluster', inUse: true })), {
      code: 'E_PGBACKREST_IN_USE',
    })
    assert.equal(planOf(restore(), on({ holds: 'unfinished' })).changes.length, 1)
  })

  it('leaves a folder that was restored by the same order, in use or not', () => {
    const restoredBy = '--stanza=main --type=default --archive-mode=off'
    const done = on({ holds: 'cluster', inUse: true, restoredBy })
    assert.deepEqual(planOf(restore({ archiveMode: 'off' }), done).changes, [])
    assert.throws(() => planOf(restore(), done), { code: 'E_PGBACKREST_IN_USE' })
  })

  it('has nothing to restore from an empty repository', () => {
    const state = { ...on(), pgbackrest: stateOf('2.45', 'empty') }
    assert.throws(() => planOf(restore(), state), { code: 'E_PGBACKREST_TARGET', hint: 'no valid backups' })
  })
})
