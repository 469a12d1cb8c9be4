import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Recap, RunEvent, TaskEnded, TaskStatus } from '../core/events.ts'
import type { TaskList } from '../core/task.ts'
import type { RunRequest } from '../engine/run/prepare.ts'
import { type RunOptions, runPlaybook } from '../engine/run/run.ts'
import { type Host, type Inventory, defineInventory } from '../playbook/inventory.ts'
import { pattern } from '../playbook/pattern.ts'
import { type Confirmation, type Playbook, definePlay, definePlaybook } from '../playbook/playbook.ts'
import { openSecrets } from '../secrets/index.ts'
import { localTransport } from '../transport/index.ts'
import type { Transport } from '../transport/transport.ts'

/** What came of a run of a test. */
export interface TestRun {
  /** Everything that happened, in order. */
  readonly events: readonly RunEvent[]
  /** Counters of each host, and the exit status that the command would have. */
  readonly recap: Recap
  /** How each task ended, in order, with its changes and its error. */
  readonly tasks: readonly TaskEnded[]
  /** The same in short: `task name: status`. */
  readonly statuses: readonly NamedStatus[]
}

/** How one task ended: `note: changed`. What a dry run shows as "would change" is `would-change`. */
export type NamedStatus = `${string}: ${TaskStatus}`

/** How a test runs tasks. */
export interface TestRunOptions {
  /** A dry run: plan, change nothing. @default false */
  readonly check?: boolean | undefined
  /** Everything that changes nothing in one trip; false is `--no-batch`. @default true */
  readonly batch?: boolean | undefined
  /** Put unified diffs of files into the events. @default false */
  readonly diff?: boolean | undefined
  /** How many hosts, `host-1`, `host-2` and so on. All are this machine. @default 1 */
  readonly hosts?: number | undefined
  /** Hosts with their groups and vars. All are this machine, whatever their `connection` says. @default those of `hosts` */
  readonly inventory?: Inventory | undefined
  /** As `--limit`. @default all hosts */
  readonly limit?: string | undefined
  /** As `--tags` and `--skip-tags`. @default all tasks */
  readonly tags?: readonly string[] | undefined
  readonly skipTags?: readonly string[] | undefined
  /** Vars of the playbook, as `-e`. @default none */
  readonly extraVars?: Readonly<Record<string, unknown>> | undefined
  /** Aborted: the change under way is finished, and no other is begun. */
  readonly signal?: AbortSignal | undefined
  /** Answers what a playbook asks before it overwrites something; an error is a no. @default yes */
  readonly confirm?: ((question: Confirmation) => Promise<void>) | undefined
  /** Milliseconds between two reports, as `--watch`. @default one report */
  readonly watch?: number | undefined
  /** Called for everything that happens, in order. */
  readonly onEvent?: ((event: RunEvent) => void) | undefined
}

/**
 * Runs tasks on this machine, through a real shell and the whole engine: no network, and no root unless a task needs
 * it. What they change is changed: give them paths in a temporary folder.
 *
 * A failed task is a result, not an error: look at `statuses`, or at `recap.exitCode`.
 *
 * @param tasks a list, or a function of the host
 * @throws UserError for what is wrong before a host is touched, such as a misspelled argument
 *
 * @example
 * const { statuses } = await runTasks([file('folder', { path: join(temp, 'x'), state: 'directory' })])
 * assert.deepEqual(statuses, ['folder: changed'])
 */
export function runTasks(
  tasks: TaskList | ((host: Host) => TaskList),
  options: TestRunOptions = {},
): Promise<TestRun> {
  const list = typeof tasks === 'function' ? tasks : () => tasks
  const plays = () => [definePlay({ name: 'test', hosts: pattern('all'), become: false, tasks: list })]
  return runTestPlaybook(definePlaybook({ description: 'test', plays }) as Playbook, options)
}

/**
 * The same for a whole playbook, with its plays, facts and report. Its hosts are `host-1` and so on, or those of `inventory`.
 *
 * @throws UserError for what is wrong before a host is touched
 *
 * @example
 * const { recap } = await runTestPlaybook(playbook, { check: true, extraVars: { to: 'host-1' } })
 */
export const runTestPlaybook = (playbook: Playbook, options: TestRunOptions = {}): Promise<TestRun> =>
  runOver((warn) => localTransport({ lock: false, warn }), playbook, options)

/** What only tests of the engine itself need. */
export interface EngineOptions
  extends
    Partial<Pick<RunRequest, 'startAtTask' | 'resume'>>,
    Partial<Pick<RunOptions, 'step' | 'stopNow' | 'askTimeoutMs' | 'slowMs'>> {
  /** Kept after the run. @default one of its own, removed */
  readonly stateDir?: string | undefined
  readonly forks?: number | undefined
  /** How the inventory says that hosts are reached. @default 'local' */
  readonly connection?: 'ssh' | 'local' | undefined
}

function inventoryOf({ hosts, inventory }: TestRunOptions, connection: 'ssh' | 'local'): Inventory {
  if (inventory === undefined) {
    const names = Array.from({ length: hosts ?? 1 }, (_, i) => `host-${i + 1}`)
    return defineInventory({
      hosts: Object.fromEntries(names.map((name) => [name, { address: '127.0.0.1', connection }])),
    })
  }
  if (hosts !== undefined) throw new TypeError('a test has either hosts or an inventory, not both')
  const entries = Object.entries(inventory.hosts).map(
    ([name, host]) => [name, { ...host, connection }] as const,
  )
  return { ...inventory, hosts: Object.fromEntries(entries) }
}

type Warn = (host: string, text: string) => void

/** Over a transport of one's own, such as one that breaks. What it has to say is an event too. */
export async function runOver(
  transport: Transport | ((warn: Warn) => Transport),
  playbook: Playbook,
  options: TestRunOptions,
  engine: EngineOptions = {},
): Promise<TestRun> {
  const inventory = inventoryOf(options, engine.connection ?? 'local')
  const stateDir = engine.stateDir ?? mkdtempSync(join(tmpdir(), 'run-playbook-test-'))
  const events: RunEvent[] = []
  const emit = (event: RunEvent): void => {
    events.push(event)
    options.onEvent?.(event)
  }
  const warn: Warn = (host, text) => emit({ type: 'notice', host, level: 'warning', text })
  const over = typeof transport === 'function' ? transport(warn) : transport
  try {
    const recap = await runPlaybook(
      {
        name: 'test',
        playbook,
        inventory,
        selection: { tags: options.tags ?? [], skipTags: options.skipTags ?? [] },
        limit: options.limit,
        extraVars: options.extraVars ?? {},
        secrets: await openSecrets({ stateDir, home: stateDir }),
        stateDir,
        startAtTask: engine.startAtTask,
        resume: engine.resume,
      },
      {
        check: options.check ?? false,
        diff: options.diff ?? false,
        batch: options.batch ?? true,
        stop: options.signal ?? new AbortController().signal,
        stopNow: engine.stopNow,
        askTimeoutMs: engine.askTimeoutMs,
        slowMs: engine.slowMs,
        step: engine.step,
        forks: engine.forks ?? 5,
        confirm: options.confirm ?? (() => Promise.resolve()),
        emit,
        watch: options.watch,
        transportOf: () => over,
      },
    )
    const tasks = events.filter((event): event is TaskEnded => event.type === 'task')
    const statuses = tasks.map(({ task, status }): NamedStatus => `${task}: ${status}`)
    return { events, recap, tasks, statuses }
  } finally {
    if (engine.stateDir === undefined) rmSync(stateDir, { recursive: true, force: true })
  }
}
