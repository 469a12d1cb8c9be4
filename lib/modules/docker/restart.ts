import * as z from '../../core/lazy-zod.ts'
import type { ArgsOf } from '../../core/args-of.ts'
import { UserError } from '../../core/errors.ts'
import { type Module, defineModule } from '../../core/module.ts'
import { ask } from '../../core/probe.ts'
import { sh } from '../../core/sh.ts'
import { type DockerContainer, dockerContainer } from './shared/reader.ts'
import { restartTouches } from './container/effects.ts'
import { dockerName } from './shared/schemas.ts'

const shape = {
  /** The container's name. */
  name: dockerName,
  /** Seconds between the stop signal and SIGKILL. @default that of the container */
  stopTimeout: z.int().nonnegative().optional(),
}

export interface DockerRestartArgs extends ArgsOf<typeof shape> {}

/**
 * Restarts a container. It does so each time that it runs, so use it as a handler, in `notify`.
 *
 * @dryRun Would change each time that it runs; fails if there is no such container. Unknown if an earlier task would make or
 * replace the container. Afterwards the container, what it may write to and what servers answer are unknown to later tasks; and
 * everything, if the container is privileged or has the socket of Docker.
 *
 * @example
 * const restart = docker.restart('restart postgres', { name: 'postgres' })
 */
export const restart: Module<DockerRestartArgs, DockerContainer | undefined> = defineModule({
  name: 'docker_restart',
  args: z.strictObject(shape),
  probe: ({ name }) => ask(dockerContainer, name),
  plan: ({ name }, container) => {
    if (container === undefined) {
      throw new UserError('E_NO_CONTAINER', `there is no container ${name} to restart`, {
        hint: 'Create it with docker(…) before the task that notifies this handler.',
      })
    }
    return { changes: [{ what: 'started', from: container.startedAt, to: 'now' }] }
  },
  apply: ({ name, stopTimeout }, container) => {
    const time = stopTimeout === undefined ? [] : ['-t', stopTimeout]
    const thaw = container?.status === 'paused' ? [{ script: sh`docker unpause ${name}` }] : []
    return [...thaw, { script: sh`docker restart ${[...time, name]}`, timeoutMs: 1_800_000 }]
  },
  touches: ({ name }, container) => restartTouches(name, container),
  verify: (_args, before, after) =>
    after?.status === 'running' && after.startedAt !== before?.startedAt
      ? []
      : [{ what: 'state', from: after?.status ?? 'absent', to: 'running' }],
})
