import { inspect } from 'node:util'
import * as z from '../../core/lazy-zod.ts'
import type { ArgsOf } from '../../core/args-of.ts'
import { createTask } from '../../core/create-task.ts'
import { type Given, type Module, defineModule } from '../../core/module.ts'
import { known } from '../../core/probe.ts'
import { scrub } from '../../core/secret.ts'
import type { Task, TaskOptions } from '../../core/task.ts'
import { oneOf } from '../shared/one-of.ts'

const shape = {
  /** A text. Use either this or `value`. */
  message: z.string().min(1).optional(),
  /** Any value, such as what an earlier task found; secrets are masked. Use either this or `message`. */
  value: z.any().optional(),
}

export interface DebugArgs extends ArgsOf<typeof shape> {}

const { definition } = defineModule<DebugArgs, DebugArgs, undefined>({
  name: 'debug',
  ansible: { msg: 'message', var: 'value' },
  args: z.strictObject(shape).superRefine(
    // A result that is undefined can be shown, too.
    oneOf('message', 'value', (args, name) => (name === 'value' ? name in args : args[name] !== undefined)),
  ),
  probe: () => known(undefined),
  plan: ({ message, value }) => ({ changes: [], because: scrub(message ?? shown(value)) }),
  apply: () => [],
  touches: () => [],
})

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : inspect(value, { depth: 6, breakLength: Infinity, compact: true })

/**
 * Shows a text or a value, in a dry run too. It never changes the host. Use `from` for what earlier tasks found. As in Ansible, it is
 * shown whatever the verbosity; with the task option `show: false`, only with `-v`.
 *
 * @dryRun Shows the text, as in a real run, and is ok. It asks the host nothing. Unknown, and not shown, if it is made from the
 * result of a task that is itself unknown.
 *
 * @example
 * const memory = facts.memory('memory')
 * return [memory, debug('memory', from(memory, ({ total }) => ({ message: `${total / 2 ** 30} GiB` })))]
 */
export const debug: Module<DebugArgs, undefined> = Object.assign(
  (name: string, args: Given<DebugArgs>, options: TaskOptions<undefined> = {}): Task<undefined> =>
    createTask(definition, name, args, { show: true, ...options } as TaskOptions, debug) as Task<undefined>,
  { definition },
)
