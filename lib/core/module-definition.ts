import type { Change } from './change.ts'
import type { ChannelStep, Prediction, Question, Reply } from './reader.ts'
import type { Probe } from './probe.ts'
import type { JointStep } from './joint.ts'
import type { Resource } from './resource.ts'
import type { Schema } from './schema.ts'
import type { Secret } from './secret.ts'

/** One command of a change, as a value: the engine streams them in order and stops at the first that fails. */
export type Step = ShellStep | ChannelStep

export interface ShellStep {
  /** POSIX sh. Shows in `ps` on the host: what is secret goes to `stdin`. */
  readonly script: string
  /** Sent byte for byte. A `{ file }` on the operator's machine is streamed, never held in memory. */
  readonly stdin?: string | Buffer | Secret | { readonly file: string } | undefined
  /** Milliseconds. @default 600_000 */
  readonly timeoutMs?: number | undefined
  /**
   * It takes moments and leaves no process behind: steps in a row that do are run by one shell on the host, each in a subshell,
   * which saves most of the time of a small change. One with a limit of its own is run alone. @default false
   */
  readonly brief?: boolean | undefined
  /** How it is made together with others of its kind that come before and after it. @default by its script alone */
  readonly joint?: JointStep | undefined
  /** When it fails the last line of its stderr says why, better than the command does. @default false */
  readonly explains?: boolean | undefined
  /**
   * - `whole`: the outcome is made from what it prints, so output that is too long to keep is an error
   * - `passed`: as `whole`, but it is shown nowhere and not kept. The step of a channel that comes next gets it
   *
   * @default 'tail'
   */
  readonly output?: 'tail' | 'whole' | 'passed' | undefined
  /** The host goes away after it and comes back, as after a reboot: the engine waits for it. */
  readonly restartsHost?: RestartsHost | undefined
  /** It is run over a new connection, which proves that one can still log in. */
  readonly newLogin?: NewLogin | undefined
}

/** How it is proved that one can still log in after a change. */
export interface NewLogin {
  /** Milliseconds that the host may take until it takes a login. One that it refuses is not tried again. */
  readonly timeoutMs: number
  /** POSIX sh that takes the change back, run over the connection that is there already. */
  readonly otherwise: string
}

/** How a host is waited for that goes away. */
export interface RestartsHost {
  /** Milliseconds that it may take to come back. */
  readonly timeoutMs: number
  /**
   * POSIX sh that succeeds once the host is back, run as the login user: a host that is still going down may answer
   * too. @default whatever answers is back
   */
  readonly back?: string | undefined
  /** Allowed also where the host is the machine that run-playbook runs on. @default refused there */
  readonly ownMachine?: boolean | undefined
}

/** What a module makes of wanted and observed. */
export interface Plan {
  /** Empty: nothing to do. */
  readonly changes: readonly Change[]
  /** Why there is nothing to do, shown with `-v`: `already 0640 root:root`. */
  readonly because?: string | undefined
  /**
   * What the module's questions will answer once the change is made. Later tasks plan on it. A question of this
   * task that is left out is *unknown* afterwards: later tasks that need it wait for the change.
   */
  readonly leaves?: readonly Prediction[] | undefined
}

/** How long a module waits for a host to become as wanted. */
export interface Polling {
  /** Milliseconds until it gives up. */
  readonly timeoutMs: number
  /** Milliseconds between two looks. @default 1000 */
  readonly delayMs?: number | undefined
}

/** Answers that nothing before this task can change. @returns undefined for one that is not certain */
export type Certain = <Answer>(question: Question<Answer>) => Answer | undefined

/** Whether an answer stays what it is. */
export type Keeps = (question: Question, answer: unknown) => boolean

/**
 * A kind of state on a host: how to read it, how to compare it, how to mend it. `args` and `probe` come first in the
 * literal: inference runs in property order.
 */
export interface ModuleDefinition<Input, Args, State> {
  /** snake_case, as printed. */
  readonly name: string
  /** Refuses misspelled and missing arguments before any host is touched. Use `z.strictObject`. */
  readonly args: Schema<Input, Args>
  /** What arguments are called in Ansible, with the name that they have here, for errors: `{ chdir: 'cwd' }`. */
  readonly ansible?: Readonly<Record<string, string>> | undefined
  /** Adds the `environment` of the task and its groups. @default every command of `apply` gets it */
  readonly withEnvironment?: ((args: Args, environment: Readonly<Record<string, string>>) => Args) | undefined
  /** Reads what it needs of this machine, such as the hash of a file, before anything is asked. Called once. */
  readonly load?: ((args: Args) => Promise<void>) | undefined
  /** Reads, never writes. */
  readonly probe: (args: Args) => Probe<State>
  /** Pure: no I/O, no clock. Throws a `UserError` for a state that it must not mend. */
  readonly plan: (args: Args, state: State) => Plan
  /** Pure: the commands that make the change. Only called when `plan` found changes. Safe to run again half done. */
  readonly apply: (args: Args, state: State) => readonly Step[]
  /**
   * What the change may alter on the host. `state` is undefined while it is not known yet: then whatever the change
   * may be, as far as `certain` answers do not rule it out. @default everything, and all that follows is asked again
   */
  readonly touches?:
    ((args: Args, state: State | undefined, certain: Certain) => readonly Resource[]) | undefined
  /**
   * Answers that the change leaves as they are although it may touch what they see, by a convention: to install a package
   * leaves the configuration of other packages alone. Only dry runs count on it; a real run asks again. A task with
   * `touches` of its own does without. `state` is undefined while it is not known. @default none
   */
  readonly keeps?: ((args: Args, state: State | undefined) => Keeps | undefined) | undefined
  /** What is left to do after applying. @default the changes of `plan` on the state read afterwards */
  readonly verify?: ((args: Args, before: State, after: State) => readonly Change[]) | undefined
  /**
   * It changes nothing and waits until `plan` finds nothing to do, which is reported as ok. `plan` throws when waiting
   * is in vain. `apply` is run once before, to set off what is waited for; most return no steps.
   */
  readonly waits?: ((args: Args) => Polling) | undefined
  /** The state that `from(task, …)` sees after a change, when replies of the steps belong to it. */
  readonly outcome?: ((after: State, replies: readonly Reply[]) => State) | undefined
}

/** A module of any type, as the engine sees it. */
export type AnyModule = ModuleDefinition<unknown, unknown, unknown>
