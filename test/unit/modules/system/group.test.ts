import assert from 'node:assert/strict'
import fc from 'fast-check'
import { UserError } from '../../../../lib/core/errors.ts'
import { userGroup } from '../../../../lib/modules/system/user-group.ts'
import { often } from '../../../support/often.ts'
import { converge } from '../driver.ts'
import { CASES, addGroup } from './group-cases.ts'
import { onEachMachine } from './machines.ts'
import { lineOf } from './user-accounts.ts'

onEachMachine('userGroup', (machine, kind) => {
  for (const [what, { before, args, line, shadowOnly, failed }] of Object.entries(CASES)) {
    it(what, async () => {
      if (before !== undefined) await addGroup(machine(), before)
      const task = userGroup('it', { name: 'app', ...args })
      if (failed === true || (kind === 'busybox' && shadowOnly === true)) {
        await assert.rejects(converge(task, machine().shell), UserError)
        assert.equal(lineOf(machine(), '/etc/group'), before)
        return
      }
      const done = await converge(task, machine().shell)
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.equal(done.changes.length > 0, before !== lineOf(machine(), '/etc/group'))
      if (line === undefined) assert.equal(lineOf(machine(), '/etc/group'), undefined)
      else assert.match(lineOf(machine(), '/etc/group') ?? '', line)
    })
  }

  it('changes a number, or says what can', async () => {
    await addGroup(machine(), 'app:x:3000:')
    const task = userGroup('it', { name: 'app', gid: 3001 })
    if (kind === 'busybox')
      return assert.rejects(converge(task, machine().shell), { code: 'E_UNSUPPORTED', hint: /'shadow'/ })
    const done = await converge(task, machine().shell)
    assert.deepEqual([done.changes, done.left, done.wrong], [[{ what: 'gid', from: 3000, to: 3001 }], [], []])
  })

  it('refuses a number that another group has', async () => {
    const task = userGroup('it', { name: 'app', gid: 50 })
    await assert.rejects(converge(task, machine().shell), {
      code: 'E_ID_TAKEN',
      message: /belongs to the group staff/,
    })
  })

  it('does not remove the group that a user has', async () => {
    await assert.rejects(
      converge(userGroup('it', { name: 'daemon', state: 'absent' }), machine().shell),
      /primary group/,
    )
  })

  it('converges at once, as foretold, whatever is there', async () => {
    const found = fc.constantFrom(
      undefined,
      'app:x:3000:',
      'app:x:3000:daemon,root',
      'app:x:999:',
      'app2:x:1000:',
      'ap.p:x:1001:',
    )
    const wanted = fc.record({
      name: fc.constantFrom('app', 'ap.p', '_a-b'),
      state: fc.constantFrom('present', 'absent'),
      gid: fc.option(fc.constantFrom(3000, 4000), { nil: undefined }),
      system: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(found, wanted, async (line, args) => {
        machine().reset()
        if (line !== undefined) await addGroup(machine(), line)
        const holds = line?.split(':')
        fc.pre(!(args.gid !== undefined && holds?.[2] === String(args.gid) && holds[0] !== args.name))
        fc.pre(
          !(
            kind === 'busybox' &&
            args.gid !== undefined &&
            holds?.[0] === args.name &&
            holds[2] !== String(args.gid)
          ),
        )
        const first = await converge(userGroup('it', args), machine().shell)
        assert.deepEqual([first.left, first.wrong], [[], []])
        assert.deepEqual((await converge(userGroup('it', args), machine().shell)).changes, [])
      }),
      { numRuns: often(4, 100, 'ACCOUNT_RUNS') },
    )
  })
})

describe('arguments of userGroup', () => {
  it('are checked before any host is touched', () => {
    for (const name of ['', '12', '-x', 'a b', 'a:b', 'a\n', 'x'.repeat(33)])
      assert.throws(() => userGroup('it', { name }), { code: 'E_BAD_ARGUMENT' }, name)
    assert.throws(() => userGroup('it', { name: 'app', gid: -1 }), { code: 'E_BAD_ARGUMENT' })
  })
})
