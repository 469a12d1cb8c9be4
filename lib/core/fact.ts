import { type Module, defineModule } from './module.ts'
import type { Probe } from './probe.ts'
import type { Schema } from './schema.ts'

/** A task that only looks: its state is what the host answers. */
export interface FactDefinition<Input, Args, State> {
  /** snake_case, as printed. */
  readonly name: string
  readonly args: Schema<Input, Args>
  /** Reads, never writes. */
  readonly probe: (args: Args) => Probe<State>
}

/**
 * Defines a fact: a task that changes nothing, for arguments, conditions and tasks that are made from what is there.
 * It is asked together with all other tasks of the play.
 *
 * @example
 * const kernel = readerOfOne({
 *   name: 'kernel',
 *   ask: () => 'uname -r',
 *   parse: ({ stdout }) => stdout.toString().trim(),
 *   sees: () => [],
 * })
 * const kernelRelease = defineFact({ name: 'kernel_release', args: z.strictObject({}), probe: () => ask(kernel, '') })
 * const found = kernelRelease('kernel', {})
 * return [found, copy('motd', from(found, (release) => ({ dest: '/etc/motd', content: `${release}\n` })))]
 */
export function defineFact<Input, Args, State>({
  name,
  args,
  probe,
}: FactDefinition<Input, Args, State>): Module<Input, State> {
  return defineModule<Input, Args, State>({
    name,
    args,
    probe,
    plan: () => ({ changes: [], because: 'it only looks' }),
    apply: () => [],
    touches: () => [],
  })
}
