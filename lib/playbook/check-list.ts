import { isDeferred } from '../core/deferred.ts'
import { UserError } from '../core/errors.ts'
import { isGroup } from '../core/group.ts'
import type { RoleUse } from './role.ts'

/** @throws UserError for an entry of a list of tasks that is no task, which only JavaScript allows */
export function checkEntry(entry: unknown, where: string): void {
  if (isGroup(entry) || isDeferred(entry) || isKind(entry, 'task')) return
  throw bad(where, entry, 'task', isUse(entry) ? 'Put it into `roles` of the play.' : undefined)
}

/** @throws UserError for an entry of a list of roles that is no role, which only JavaScript allows */
export function checkUse(use: unknown, where: string): asserts use is RoleUse {
  if (isUse(use)) return
  throw bad(where, use, 'role', isKind(use, 'task') ? 'Put it into `tasks` of the play.' : undefined)
}

const isUse = (value: unknown): value is RoleUse =>
  typeof value === 'object' && value !== null && 'role' in value && 'tasks' in value

const isKind = (value: unknown, kind: string): boolean =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind

function bad(where: string, value: unknown, wanted: 'task' | 'role', hint: string | undefined): UserError {
  const [what, otherwise] =
    typeof value === 'function'
      ? ['a function', `Call it: a ${wanted} is what the function returns.`]
      : isUse(value)
        ? [`the role ${value.role}`, hint]
        : isKind(value, 'task')
          ? ['a task', hint]
          : [JSON.stringify(value) ?? 'something', hint]
  return new UserError('E_BAD_PLAY', `${where}: ${what} in the list of ${wanted}s is not a ${wanted}`, {
    hint: otherwise,
  })
}
