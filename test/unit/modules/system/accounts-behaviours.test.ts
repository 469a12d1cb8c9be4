import assert from 'node:assert/strict'
import { reveal } from '../../../../lib/core/secret.ts'
import type { UserArgs } from '../../../../lib/modules/index.ts'
import { type OpenAnsible, hasAnsible, isAnsible, openAnsible } from '../../../support/ansible.ts'
import { CASES as GROUPS, addGroup } from './group-cases.ts'
import { onEachMachine } from './machines.ts'
import { groupsOf, leave, lineOf } from './user-accounts.ts'
import { CASES as USERS } from './user-cases.ts'

const seconds = (day: string): number => (day === 'never' ? -1 : Date.parse(day) / 1000)

/** The arguments of Ansible's `user`. */
const theirs = ({
  password,
  createHome,
  removeHome,
  updatePassword,
  passwordLock,
  passwordExpireMin,
  passwordExpireMax,
  passwordExpireWarn,
  expires,
  ...rest
}: Omit<UserArgs, 'name'>) => ({
  name: 'app',
  ...rest,
  ...(password !== undefined && { password: reveal(password) }),
  create_home: createHome,
  remove: removeHome,
  update_password: updatePassword?.replace('-', '_'),
  password_lock: passwordLock,
  password_expire_min: passwordExpireMin,
  password_expire_max: passwordExpireMax,
  password_expire_warn: passwordExpireWarn,
  ...(expires !== undefined && { expires: seconds(expires) }),
})

onEachMachine('what Ansible does with accounts', (machine, kind) => {
  let ansible: OpenAnsible
  before(function () {
    // The tools are those of one machine; a system of BusyBox alone has no Python.
    if (kind !== 'dash' || !hasAnsible()) this.skip()
    ansible = openAnsible(machine().shell)
  })
  after(() => ansible?.close())

  it('is what user does, except where said', async () => {
    const wrong: unknown[] = []
    for (const [what, one] of Object.entries(USERS)) {
      const { before, args, line, groups, shadow, failed = false, changes = !failed, differs, since } = one
      if (since !== undefined && !isAnsible(since)) continue
      machine().reset()
      if (before !== undefined) leave(machine(), before)
      const result = await ansible.call({ module: 'user', args: theirs(args) })
      const is = lineOf(machine(), '/etc/passwd')
      const hash = lineOf(machine(), '/etc/shadow')
      const same =
        (result['failed'] ?? false) === failed &&
        (result['changed'] ?? false) === changes &&
        (line === undefined ? is === undefined : line.test(is ?? '')) &&
        (groups === undefined || groups === groupsOf(machine())) &&
        (shadow === undefined || shadow.test(hash ?? ''))
      if (same === (differs !== undefined)) wrong.push({ what, differs, is, hash, result })
    }
    assert.deepEqual(wrong, [])
  })

  it('is what userGroup does, except where said', async () => {
    const wrong: unknown[] = []
    for (const [what, { before, args, line, failed = false, differs }] of Object.entries(GROUPS)) {
      machine().reset()
      if (before !== undefined) await addGroup(machine(), before)
      const result = await ansible.call({ module: 'group', args: { name: 'app', ...args } })
      const is = lineOf(machine(), '/etc/group')
      const same =
        (result['failed'] ?? false) === failed &&
        (result['changed'] ?? false) === (is !== before) &&
        (line === undefined ? is === undefined : line.test(is ?? ''))
      if (same === (differs !== undefined)) wrong.push({ what, differs, is, result })
    }
    assert.deepEqual(wrong, [])
  })
})
