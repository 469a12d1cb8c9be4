import * as z from '../../core/lazy-zod.ts'
import type { ArgsOf } from '../../core/args-of.ts'
import { createTask } from '../../core/create-task.ts'
import { type Given, type Module, defineModule } from '../../core/module.ts'
import { known } from '../../core/probe.ts'
import { sh } from '../../core/sh.ts'
import type { Task, TaskOptions } from '../../core/task.ts'

const shape = {
  /** How long to wait, in milliseconds, rounded up to seconds; at most a day. */
  ms: z.int().positive().max(86_400_000),
}

export interface PauseArgs extends ArgsOf<typeof shape> {}

const secondsOf = ({ ms }: PauseArgs): number => Math.ceil(ms / 1000)

const { definition } = defineModule<PauseArgs, PauseArgs, undefined>({
  name: 'pause',
  args: z.strictObject(shape),
  ansible: { seconds: 'ms, in milliseconds', minutes: 'ms, in milliseconds' },
  probe: () => known(undefined),
  plan: (given) => ({ changes: [{ what: 'waits', to: `${secondsOf(given)} s` }] }),
  apply: (given) => [{ script: sh`sleep ${secondsOf(given)}`, timeoutMs: given.ms + 60_000 }],
  touches: () => [],
  verify: () => [],
})

/**
 * Waits for some time, and then goes on. It changes nothing, and is reported as ok; a dry run does not wait. To wait until something is so, use
 * `waitFor`.
 *
 * Unlike in Ansible, each host waits by itself, when it comes to the task. `prompt` is not available: `--step` asks before each task, and
 * `prompts` of a playbook ask for values before any host is reached.
 *
 * @dryRun Does not wait, asks the host nothing, and is ok. It changes nothing for later tasks.
 *
 * @example
 * pause('the load balancer notices', { ms: 10_000 })
 */
export const pause: Module<PauseArgs, undefined> = Object.assign(
  (name: string, args: Given<PauseArgs>, options: TaskOptions<undefined> = {}): Task<undefined> =>
    createTask(
      definition,
      name,
      args,
      { changedWhen: false, ...options } as TaskOptions,
      pause,
    ) as Task<undefined>,
  { definition },
)
