import { UserError } from '../core/errors.ts'
import type { Recap, RunEvent } from '../core/events.ts'
import type { RunRequest } from '../engine/run/prepare.ts'
import { runPlaybook } from '../engine/run/run.ts'
import { createTransport } from '../transport/index.ts'
import { askBecomePassword, askPassphrase } from './ask-password.ts'
import { onBuildServer } from './build-server.ts'
import { confirm } from './confirm.ts'
import type { CliSession } from './command.ts'
import type { CommonRunOptions } from './shared-options.ts'
import { keepHeapSmall } from './small-heap.ts'
import { askStep } from './step.ts'

/** What a run is told by the command line. */
export interface ExecuteOptions extends CommonRunOptions {
  readonly sshConfig?: string
  readonly diff?: boolean
  readonly batch?: boolean
  readonly step?: boolean
  readonly watch?: number
  readonly detailedExitcode?: boolean
  /** The tasks are typed, not written in a file: what they print is shown, and no line of a file is named. @default false */
  readonly typed?: boolean
}

/** Runs a checked request against real hosts and shows it. @returns the exit status */
export async function execute(
  request: RunRequest,
  options: ExecuteOptions,
  { outlet, stop, stopNow }: CliSession,
): Promise<number> {
  if (options.detailedExitcode === true && !options.check && request.playbook.plays !== undefined)
    throw new UserError(
      'E_USAGE',
      '--detailed-exitcode only goes with --check, or with a playbook that only reports, such as status',
      { hint: 'See run-playbook --help.' },
    )
  keepHeapSmall(Object.keys(request.inventory.hosts).length)
  const becomePassword = options.askBecomePass ? await askBecomePassword() : undefined
  const { check, watch } = options
  const diff = options.diff ?? check
  const verbosity = Math.max(options.verbose, request.playbook.verbosity ?? 0)
  outlet.show(
    { verbosity, diff, check, watch, ci: await onBuildServer(), profile: options.profile },
    (recap) => exitStatus(recap, options, critical),
  )
  // Of the last report: with --watch there are many.
  let critical = false
  const emit = (event: RunEvent): void => {
    if (event.type === 'report') critical = event.critical === true
    outlet.emit(event)
  }
  const trace =
    options.verbose >= 3
      ? (host: string, text: string) => emit({ type: 'notice', host, level: 'debug', text })
      : undefined
  const warn = (host: string, text: string) => emit({ type: 'notice', host, level: 'warning', text })
  const over = new AbortController()
  const askSecret = (prompt: string) => askPassphrase(prompt, over.signal)
  const transport = createTransport({
    sshConfigFile: options.sshConfig,
    becomePassword,
    askSecret: process.stdin.isTTY === true ? askSecret : undefined,
    trace,
    warn,
    lockWait: options.lockWait,
    connectTimeout: options.timeout,
  })
  const recap = await runPlaybook(request, {
    check,
    diff,
    batch: options.batch ?? true,
    stop,
    stopNow,
    forks: options.forks,
    watch,
    step: options.step === true ? askStep(stop) : undefined,
    emit:
      options.typed === true
        ? (event) => emit(event.type === 'task' ? { ...event, show: true, at: '' } : event)
        : emit,
    confirm: (question) => confirm(question, { stop }),
    transportOf: () => transport,
  }).finally(() => over.abort())
  return exitStatus(recap, options, critical)
}

/** Changes that are pending, and a report with something critical, are an exit status of their own, where that was asked for. */
function exitStatus(
  { exitCode, hosts }: Recap,
  { detailedExitcode }: ExecuteOptions,
  critical: boolean,
): number {
  if (exitCode !== 0 || detailedExitcode !== true) return exitCode
  if (critical) return 3
  return Object.values(hosts).some(({ wouldChange, unknown }) => wouldChange + unknown > 0) ? 3 : 0
}
