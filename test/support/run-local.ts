import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Recap, RunEvent, TaskEnded } from '../../lib/core/events.ts'
import type { TaskList } from '../../lib/core/task.ts'
import { runPlaybook } from '../../lib/engine/run/run.ts'
import { type Host, defineInventory } from '../../lib/playbook/inventory.ts'
import { pattern } from '../../lib/playbook/pattern.ts'
import { type Confirmation, type Playbook, definePlay, definePlaybook } from '../../lib/playbook/playbook.ts'
import { openSecrets } from '../../lib/secrets/index.ts'
import type { TagSelection } from '../../lib/playbook/tags.ts'
import { localTransport } from '../../lib/transport/index.ts'
import type { Transport } from '../../lib/transport/transport.ts'

export interface LocalRun {
  readonly events: readonly RunEvent[]
  readonly recap: Recap
  /** `task name: status`, in order. */
  readonly statuses: readonly string[]
  readonly tasks: readonly TaskEnded[]
}

export interface How {
  readonly check?: boolean
  readonly batch?: boolean
  readonly diff?: boolean
  readonly hosts?: number
  readonly limit?: string
  readonly selection?: Partial<TagSelection>
  readonly stop?: AbortController
  readonly transport?: Transport
  readonly confirm?: (question: Confirmation) => Promise<void>
  readonly watch?: number
  readonly onEvent?: (event: RunEvent) => void
}

/** Runs tasks on this machine through a real shell: the whole engine, without SSH. */
export async function runLocal(tasks: (host: Host) => TaskList, how: How = {}): Promise<LocalRun> {
  const plays = () => [definePlay({ name: 'test', hosts: pattern('all'), become: false, tasks })]
  return runLocally(definePlaybook({ description: 'test', plays }) as Playbook, how)
}

/** The same for a whole playbook. */
export async function runLocally(playbook: Playbook, how: How = {}): Promise<LocalRun> {
  const stateDir = mkdtempSync(join(tmpdir(), 'run-playbook-test-'))
  const names = Array.from({ length: how.hosts ?? 1 }, (_, i) => `host-${i + 1}`)
  const hosts = Object.fromEntries(
    names.map((name) => [name, { address: '127.0.0.1', connection: 'local' as const }]),
  )
  const events: RunEvent[] = []
  const transport = how.transport ?? localTransport({})
  const recap = await runPlaybook(
    {
      name: 'test',
      playbook,
      inventory: defineInventory({ hosts }),
      selection: { tags: [], skipTags: [], ...how.selection },
      limit: how.limit,
      extraVars: {},
      secrets: await openSecrets({ stateDir, home: stateDir }),
      stateDir,
    },
    {
      check: how.check ?? false,
      diff: how.diff ?? false,
      batch: how.batch ?? true,
      stop: (how.stop ?? new AbortController()).signal,
      forks: 5,
      confirm: how.confirm ?? (() => Promise.resolve()),
      emit: (event) => {
        events.push(event)
        how.onEvent?.(event)
      },
      watch: how.watch,
      transportOf: () => transport,
    },
  )
  rmSync(stateDir, { recursive: true })
  const ended = events.filter((event): event is TaskEnded => event.type === 'task')
  return { events, recap, tasks: ended, statuses: ended.map(({ task, status }) => `${task}: ${status}`) }
}
