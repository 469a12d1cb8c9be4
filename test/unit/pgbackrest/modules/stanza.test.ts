import assert from 'node:assert/strict'
import type { ShellStep } from '../../../../lib/core/module.ts'
import { pgbackrest } from '../../../../lib/pgbackrest/modules/index.ts'
import { planOf } from '../../modules/driver.ts'
import { VERSIONS, stateOf } from './fixtures.ts'

const SYSTEM = '7711561987061853155'
const task = pgbackrest.stanza('it', { container: 'postgres' })
const upgrading = pgbackrest.stanza('it', { container: 'postgres', upgrade: true })

const script = (one: typeof task, state: unknown): string =>
  (one.module.apply(one.args, state) as readonly ShellStep[]).map((step) => step.script).join('\n')

describe('pgbackrest.stanza', () => {
  for (const version of VERSIONS) {
    it(`is made where there is none, and known to be there afterwards (${version})`, () => {
      const missing = stateOf(version, 'missing')
      const { changes, leaves } = planOf(task, missing)
      const server = version === '2.45' ? 15 : 17
      assert.deepEqual(changes, [
        { what: 'stanza', from: 'absent', to: `PostgreSQL ${server}, system ${SYSTEM}` },
      ])
      assert.match(script(task, missing), /stanza-create --no-online/)
      const after = { ...missing, ...(leaves?.[0]?.answer as object) }
      assert.deepEqual(planOf(task, after).changes, [])
      const backup = pgbackrest.backup('it', { container: 'postgres', policy: { full: '7d' } })
      assert.equal(planOf(backup, after).changes[0]?.to, 'full')
      const { info } = stateOf(version, 'empty')
      assert.deepEqual({ ...after.info, databases: [] }, { ...info, databases: [] })
    })

    it(`is in order when it is of the cluster that runs here (${version})`, () => {
      assert.deepEqual(planOf(task, stateOf(version, 'timeline')).changes, [])
      assert.deepEqual(planOf(task, stateOf(version, 'upgraded')).changes, [])
      assert.deepEqual(planOf(task, { ...stateOf(version, 'full'), cluster: undefined }).changes, [])
    })
  }

  it('of another cluster is a failure that says what to do, upgrade or not', () => {
    const other = stateOf('2.45', 'full', 0, { systemId: '1' })
    for (const one of [task, upgrading])
      assert.throws(() => planOf(one, other), {
        code: 'E_PGBACKREST_STANZA',
        message: `the stanza main is of PostgreSQL 15, system ${SYSTEM}, and the cluster here is PostgreSQL 15, system 1`,
        hint: /Keep them/,
      })
    const older = stateOf('2.45', 'full', 0, { systemId: '1', version: '13' })
    assert.throws(() => planOf(upgrading, older), { code: 'E_PGBACKREST_STANZA' })
  })

  it('follows a major upgrade only when told so', () => {
    const upgraded = stateOf('2.45', 'full', 0, { systemId: '1', version: '17' })
    assert.throws(() => planOf(task, upgraded), { hint: /upgrade: true/ })
    assert.equal(planOf(upgrading, upgraded).changes[0]?.to, 'PostgreSQL 17, system 1')
    assert.match(script(upgrading, upgraded), /stanza-upgrade --no-online/)
  })

  it('tells a repository that cannot be read from one without the stanza', () => {
    const state = stateOf('2.45', 'missing')
    const repos = [{ key: 1, code: 99, message: '[FileOpenError] unable to list\npermission denied' }]
    assert.throws(() => planOf(task, { ...state, info: { ...state.info, code: 99, repos } }), {
      message: /repository 1 of the stanza main: .*unable to list permission denied/,
    })
  })

  it('refuses what is no name and what it does not know', () => {
    for (const args of [{ stanza: '-x' }, { user: 'a b' }, { config: 'relative' }, { delete: true }])
      assert.throws(() => pgbackrest.stanza('it', args as object), { code: 'E_BAD_ARGUMENT' })
  })
})
