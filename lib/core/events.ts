import type { Change } from './change.ts'
import type { Report } from './report.ts'

/** Everything that happens in a run, in order. Reporters, JSON lines and JUnit are made from it and from nothing else. */
export type RunEvent =
  | RunStarted
  | PlayStarted
  | HostProgress
  | TaskStarted
  | TaskEnded
  | TaskNotRun
  | PlayStopped
  | HostUnreachable
  | Notice
  | Reported
  | Recap

export interface RunStarted {
  readonly type: 'run'
  readonly playbook: string
  readonly mode: 'apply' | 'check'
  /** In the order of the inventory. */
  readonly hosts: readonly string[]
}

export interface PlayStarted {
  readonly type: 'play'
  readonly play: string
  readonly hosts: readonly string[]
  /** Tasks and handlers of each host, for the counters. */
  readonly taskCounts: Readonly<Record<string, number>>
}

/** A host is busy with something that is not one task. */
export interface HostProgress {
  readonly type: 'host'
  readonly host: string
  readonly phase: 'connecting' | 'probing' | 'applying' | 'verifying' | 'done'
}

/** A change is being made; sent before each task that is applied. */
export interface TaskStarted {
  readonly type: 'task-start'
  readonly play: string
  readonly host: string
  readonly role: string
  readonly task: string
  readonly module: string
}

export type TaskStatus = 'ok' | 'changed' | 'would-change' | 'unknown' | 'skipped' | 'failed'

export interface TaskEnded {
  readonly type: 'task'
  readonly play: string
  readonly host: string
  readonly role: string
  readonly task: string
  readonly module: string
  readonly status: TaskStatus
  readonly changes: readonly Change[]
  readonly durationMs: number
  /** Where the task was written. */
  readonly at: string
  /** True for a handler. */
  readonly handler?: boolean | undefined
  /** Why there was nothing to do, why it was skipped; for `unknown` what would be said in the current state of the host. */
  readonly because?: string | undefined
  /** The task whose change may alter this: for `unknown`, and for `would-change` in the current state of the host. */
  readonly after?: string | undefined
  /** Unified diffs of file bodies, when asked for. Already free of secrets. */
  readonly diffs?: readonly string[] | undefined
  /** The commands that were or would be run, for `-vv`. */
  readonly commands?: readonly string[] | undefined
  readonly error?: ErrorReport | undefined
  /** The failure was ignored on request. The status stays `failed`; the recap counts it as ignored. */
  readonly ignored?: boolean | undefined
  /** The rescue of a group deals with the failure. The status stays `failed`; the recap counts it as rescued. */
  readonly rescued?: boolean | undefined
  /** What the command printed: capped and masked. */
  readonly stdout?: string | undefined
  /** What the command printed on standard error: capped and masked. */
  readonly stderr?: string | undefined
  /** How often it was tried, when that is more than once. */
  readonly attempts?: number | undefined
  /** The host that did the work, when that is another one. */
  readonly delegatedTo?: string | undefined
  /** People want to see what it printed: `stdout` and `stderr` are shown whatever the verbosity. */
  readonly show?: boolean | undefined
}

/** A task that was never begun on a host, because the run ended for that host before it. */
export interface TaskNotRun {
  readonly type: 'not-run'
  readonly play: string
  readonly host: string
  readonly role: string
  readonly task: string
  readonly module: string
  /** Why it was not begun: `pull image failed`, `the run was interrupted`. */
  readonly because: string
}

/** A play ended early. Sent once a play, after the last task of it that was begun. */
export interface PlayStopped {
  readonly type: 'play-stopped'
  readonly play: string
  /** Why it ended: `node-a failed, and the play is serial`. */
  readonly because: string
  /** The hosts of the play that were not begun, in the order of the inventory. */
  readonly hosts: readonly string[]
}

export interface HostUnreachable {
  readonly type: 'unreachable'
  readonly host: string
  readonly error: ErrorReport
}

/** Words for the operator that belong to no task: a warning, what to do next, a frame at `-vvv`. */
export interface Notice {
  readonly type: 'notice'
  readonly host?: string | undefined
  readonly level: 'warning' | 'info' | 'debug'
  readonly text: string
}

/** What the playbook has to say, before the recap; with `--watch` again and again. */
export interface Reported extends Report {
  readonly type: 'report'
}

/** An error as data; how it looks is the reporter's affair. */
export interface ErrorReport {
  readonly code: string
  readonly message: string
  /** The command that failed, secrets masked. */
  readonly command?: string | undefined
  readonly exitCode?: number | undefined
  /** The last lines of what it printed. */
  readonly output?: string | undefined
  readonly hint?: string | undefined
}

export interface Recap {
  readonly type: 'recap'
  readonly hosts: Readonly<Record<string, HostRecap>>
  readonly durationMs: number
  readonly exitCode: number
  /** Why nothing was run, or why the run was given up as a whole. */
  readonly error?: ErrorReport | undefined
}

export interface HostRecap {
  readonly ok: number
  readonly changed: number
  readonly wouldChange: number
  readonly unknown: number
  readonly skipped: number
  /** Without the failures that were ignored on request. */
  readonly failed: number
  /** Failures that were ignored on request. */
  readonly ignored: number
  /** Failures that the rescue of a group dealt with. */
  readonly rescued: number
  /** Tasks that were never begun. */
  readonly notRun: number
  readonly unreachable: boolean
  readonly roundTrips: number
}
