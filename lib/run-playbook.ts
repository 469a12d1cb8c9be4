import { UserError } from './core/errors.ts'
import type { Recap, Reported, RunEvent, TaskEnded } from './core/events.ts'
import type { Secret } from './core/secret.ts'
import { quote } from './core/sh.ts'
import { runPlaybook as run } from './engine/run/run.ts'
import type { Inventory } from './playbook/inventory.ts'
import type { Confirmation, Playbook } from './playbook/playbook.ts'
import { openSecrets } from './secrets/index.ts'
import { createTransport } from './transport/index.ts'

/** What a program runs. */
export interface RunPlaybookOptions {
  readonly playbook: Playbook
  readonly inventory: Inventory
  /** For messages. @default 'playbook' */
  readonly name?: string | undefined
  /** Hosts and groups, as `--limit`. @default all */
  readonly limit?: string | undefined
  /** As `--tags` and `--skip-tags`. @default all tasks */
  readonly tags?: readonly string[] | undefined
  readonly skipTags?: readonly string[] | undefined
  /** Vars of the playbook and of the hosts, as `-e`. */
  readonly extraVars?: Readonly<Record<string, unknown>> | undefined
  /** Plan only, change nothing. @default false */
  readonly check?: boolean | undefined
  /** Put unified diffs of file bodies into the events. @default the value of `check` */
  readonly diff?: boolean | undefined
  /** False is `--no-batch`: one task at a time, with the same plan and the same end state. @default true */
  readonly batch?: boolean | undefined
  /** Hosts worked on at a time. @default 25 */
  readonly forks?: number | undefined
  /** Instead of ~/.ssh/config. */
  readonly sshConfigFile?: string | undefined
  /** For sudo. @default none is needed */
  readonly becomePassword?: Secret | undefined
  /** Seconds to wait for another run on a host. @default 60 */
  readonly lockWait?: number | undefined
  /** Folder for the secrets of the environment. @default '.run-playbook' */
  readonly stateDir?: string | undefined
  /** Lets the changes under way finish and begins no other. */
  readonly signal?: AbortSignal | undefined
  /** Called for everything that happens, in order. */
  readonly onEvent?: ((event: RunEvent) => void) | undefined
  /** Answers what a playbook asks before it overwrites something. @default no */
  readonly confirm?: ((question: Confirmation) => boolean | Promise<boolean>) | undefined
}

/** What came of a run. */
export interface RunResult {
  /** Counters of each host, and the exit status that the command would have. */
  readonly recap: Recap
  /** How each task ended, in order. */
  readonly tasks: readonly TaskEnded[]
  /** The data of the playbook's report; undefined when it has none. */
  readonly report: Reported['data'] | undefined
}

/**
 * Runs a playbook from a program. Nothing is printed.
 *
 * A failed task and an unreachable host are results, not errors: see `recap.exitCode`.
 *
 * @throws UserError for anything that is wrong before a host is touched
 *
 * @example
 * const { recap, tasks } = await runPlaybook({ playbook, inventory, check: true, limit: 'web' })
 * const pending = tasks.filter(({ status }) => status === 'would-change')
 */
export async function runPlaybook(options: RunPlaybookOptions): Promise<RunResult> {
  const { check = false, stateDir = '.run-playbook', onEvent } = options
  const tasks: TaskEnded[] = []
  let report: Reported['data'] | undefined
  const emit = (event: RunEvent): void => {
    if (event.type === 'task') tasks.push(event)
    if (event.type === 'report') report = event.data
    onEvent?.(event)
  }
  const warn = (host: string, text: string): void => emit({ type: 'notice', host, level: 'warning', text })
  const { sshConfigFile, becomePassword, lockWait } = options
  const transport = createTransport({ sshConfigFile, becomePassword, lockWait, warn })
  const request = {
    name: options.name ?? 'playbook',
    playbook: options.playbook,
    inventory: options.inventory,
    limit: options.limit,
    selection: { tags: options.tags ?? [], skipTags: options.skipTags ?? [] },
    extraVars: options.extraVars ?? {},
    secrets: await openSecrets({
      stateDir,
      command: (words) => `RUN_PLAYBOOK_STATE=${quote(stateDir)} run-playbook secrets ${words}`,
    }),
    stateDir,
  }
  const recap = await run(request, {
    check,
    diff: options.diff ?? check,
    batch: options.batch ?? true,
    stop: options.signal ?? new AbortController().signal,
    forks: options.forks ?? 25,
    emit,
    confirm: (question) => confirmed(question, options.confirm),
    transportOf: () => transport,
  })
  return { recap, tasks, report }
}

async function confirmed(question: Confirmation, ask: RunPlaybookOptions['confirm']): Promise<void> {
  if ((await ask?.(question)) === true) return
  throw new UserError('E_NOT_CONFIRMED', `not confirmed: ${question.text}`, {
    hint: `Answer yes in confirm, or set ${question.yes}.`,
  })
}
