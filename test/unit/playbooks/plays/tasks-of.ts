import type { Host, Play, Task } from 'run-playbook'
import { flatten } from '../../../../lib/core/task.ts'

/** A task, and the name of the play that has it. */
export type PlayTask = Task & { readonly play: string }

/** The tasks of a node in these plays, in order. */
export const tasksOf = (plays: readonly Play[], host: Host): PlayTask[] =>
  plays
    .filter(
      ({ hosts: of }) =>
        of === 'postgres' || (Array.isArray(of) && of.some(({ name }) => name === host.name)),
    )
    .flatMap(({ name: play, roles }) =>
      (roles?.(host) ?? []).flatMap((role) =>
        flatten(role ? role.tasks : []).map((entry) => ({ ...(entry as Task), play })),
      ),
    )
