import type { TaskList } from '../../lib/core/task.ts'
import type { StepAnswer, StepQuestion } from '../../lib/engine/session.ts'
import type { Host } from '../../lib/playbook/inventory.ts'
import { pattern } from '../../lib/playbook/pattern.ts'
import { type Playbook, definePlay, definePlaybook } from '../../lib/playbook/playbook.ts'
import type { TagSelection } from '../../lib/playbook/tags.ts'
import { type TestRun, type TestRunOptions, runOver } from '../../lib/testing/run-tasks.ts'
import { localTransport } from '../../lib/transport/index.ts'
import type { Transport } from '../../lib/transport/transport.ts'

export type LocalRun = TestRun

export interface How extends Omit<TestRunOptions, 'tags' | 'skipTags' | 'signal'> {
  readonly selection?: Partial<TagSelection>
  readonly stop?: AbortController
  readonly transport?: Transport
  readonly startAtTask?: string
  readonly resume?: boolean
  /** Kept after the run. @default one of its own, removed */
  readonly stateDir?: string
  readonly step?: (question: StepQuestion) => Promise<StepAnswer>
  readonly stopNow?: AbortController
  readonly askTimeoutMs?: number
  readonly slowMs?: number
  readonly forks?: number
  readonly connection?: 'ssh' | 'local'
}

/** Runs tasks on this machine through a real shell: the whole engine, without SSH. */
export async function runLocal(tasks: (host: Host) => TaskList, how: How = {}): Promise<LocalRun> {
  const plays = () => [definePlay({ name: 'test', hosts: pattern('all'), become: false, tasks })]
  return runLocally(definePlaybook({ description: 'test', plays }) as Playbook, how)
}

/** The same for a whole playbook. */
export const runLocally = (playbook: Playbook, how: How = {}): Promise<LocalRun> =>
  runOver(
    how.transport ?? localTransport({ lock: false }),
    playbook,
    { ...how, ...how.selection, signal: how.stop?.signal },
    {
      startAtTask: how.startAtTask,
      resume: how.resume,
      stateDir: how.stateDir,
      step: how.step,
      stopNow: how.stopNow?.signal,
      askTimeoutMs: how.askTimeoutMs,
      slowMs: how.slowMs,
      forks: how.forks,
      connection: how.connection,
    },
  )
