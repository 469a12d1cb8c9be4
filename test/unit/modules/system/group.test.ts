import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { UserGroupArgs } from '../../../../lib/modules/system/user-group.ts'
import { userGroup } from '../../../../lib/modules/system/user-group.ts'
import { often } from '../../../support/often.ts'
import { converge, run } from '../driver.ts'
import { type Machine, onEachMachine } from './machines.ts'

/** Behaviours of Ansible's `group`, in our words: what is there before, what is asked for, and what becomes of the line. */
const CASES: Readonly<
  Record<string, { before?: string; args: Omit<UserGroupArgs, 'name'>; line: RegExp | undefined }>
> = {
  'a new group gets the next number': { args: {}, line: /^app:x:1000:$/ },
  'a new group gets the number that is asked for': { args: { gid: 4242 }, line: /^app:x:4242:$/ },
  'a new system group gets a number of their range': { args: { system: true }, line: /^app:x:997:$/ },
  'a group that is there stays as it is': {
    before: 'app:x:3000:daemon',
    args: {},
    line: /^app:x:3000:daemon$/,
  },
  'a group that is there with its number stays as it is': {
    before: 'app:x:3000:',
    args: { gid: 3000 },
    line: /^app:x:3000:$/,
  },
  'system says nothing of a group that is there': {
    before: 'app:x:3000:',
    args: { system: true },
    line: /^app:x:3000:$/,
  },
  'a group goes': { before: 'app:x:3000:daemon', args: { state: 'absent' }, line: undefined },
  'a group that is not there is no change': { args: { state: 'absent' }, line: undefined },
  'a number says nothing of a group that is not to be there': {
    args: { state: 'absent', gid: 5 },
    line: undefined,
  },
}

onEachMachine('userGroup', (machine, kind) => {
  const lineOf = (one: Machine, name = 'app') =>
    one
      .read('/etc/group')
      .split('\n')
      .find((line) => line.startsWith(`${name}:`))
  const add = (one: Machine, line: string) => run(one.shell, { script: `echo '${line}' >>/etc/group` })

  for (const [what, { before, args, line }] of Object.entries(CASES)) {
    it(what, async () => {
      if (before !== undefined) await add(machine(), before)
      const task = userGroup('it', { name: 'app', ...args })
      const done = await converge(task, machine().shell)
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.equal(done.changes.length > 0, before !== lineOf(machine()))
      if (line === undefined) assert.equal(lineOf(machine()), undefined)
      else assert.match(lineOf(machine()) ?? '', line)
    })
  }

  it('changes a number, or says what can', async () => {
    await add(machine(), 'app:x:3000:')
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
        if (line !== undefined) await add(machine(), line)
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
