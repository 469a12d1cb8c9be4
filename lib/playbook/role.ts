import { callSite } from '../core/call-site.ts'
import { isDeferred } from '../core/deferred.ts'
import { checking, mistake } from '../core/mistakes.ts'
import { isGroup } from '../core/group.ts'
import { type TaskList, flatten } from '../core/task.ts'
import { UserError } from '../core/errors.ts'
import { refuseUnknown } from './check-shared-options.ts'
import { type VarsInput, type VarsOutput, type VarsSchema, checkVars } from './vars.ts'

/** A reusable list of tasks made from typed vars. */
export interface RoleDefinition<Schema extends VarsSchema> {
  /** kebab-case, as printed. */
  readonly name: string
  /** What the role needs to know, with defaults. Misspelled and missing vars are refused before any host is touched. */
  readonly vars: Schema
  /** Tags of all its tasks. */
  readonly tags?: readonly string[] | undefined
  /** Pure: the same vars give the same list. Called once a host. */
  readonly tasks: (vars: VarsOutput<Schema>) => TaskList
}

/** A role with its vars filled in, ready to be listed in a play. */
export interface RoleUse {
  readonly role: string
  readonly tags: readonly string[]
  readonly tasks: TaskList
}

/**
 * Defines a role: a function from vars to tasks.
 *
 * @example
 * export const motd = defineRole({
 *   name: 'motd',
 *   vars: z.strictObject({ text: z.string() }),
 *   tasks: ({ text }) => [copy('message of the day', { dest: '/etc/motd', content: text })],
 * })
 * // in a play: roles: () => [motd({ text: 'Hello\n' })]
 *
 * @example A role of a package: with an interface, the comments of the vars reach those who install it
 * const vars = {
 *   /** What is shown at login. *\/
 *   text: z.string(),
 * }
 * export interface MotdVars extends ArgsOf<typeof vars> {}
 * export const motd: (vars: MotdVars) => RoleUse = defineRole({ name: 'motd', vars: z.strictObject(vars), … })
 */
export function defineRole<Schema extends VarsSchema>(
  definition: RoleDefinition<Schema>,
): (vars: VarsInput<Schema>) => RoleUse {
  const known = { name: true, vars: true, tags: true, tasks: true } as const
  refuseUnknown(definition, known, `role ${definition.name}`, callSite(defineRole))
  return function role(vars) {
    const tasks = checking(
      () => {
        const checked = checkVars(definition.vars, vars, `role ${definition.name}`, callSite(role))
        return flatten(definition.tasks(checked))
      },
      () => [],
    )
    refuseDoubles(definition.name, tasks)
    return Object.freeze({ role: definition.name, tags: definition.tags ?? [], tasks })
  }
}

// Results, handlers and reports are told apart by name.
function refuseDoubles(role: string, tasks: TaskList, seen = new Set<string>()): void {
  for (const entry of flatten(tasks)) {
    if (isDeferred(entry)) continue
    if (isGroup(entry)) {
      for (const list of [entry.tasks, entry.rescue, entry.always]) refuseDoubles(role, list, seen)
      continue
    }
    if (seen.has(entry.name))
      mistake(
        new UserError('E_DUPLICATE_TASK', `role ${role} has two tasks named "${entry.name}"`, {
          at: entry.at,
          hint: 'Give each task of a role a name of its own.',
        }),
      )
    seen.add(entry.name)
  }
}
