import type { Change } from '../core/change.ts'
import { UserError } from '../core/errors.ts'
import type { ErrorReport, TaskEnded, TaskStatus } from '../core/events.ts'
import type { Step } from '../core/module.ts'
import type { Reply } from '../core/probe.ts'
import { scrub } from '../core/secret.ts'
import type { Item } from '../playbook/compile.ts'
import { TIMED_OUT } from '../transport/transport.ts'
import type { Session } from './session.ts'

const OUTPUT_LINES = 20
const SCRIPT_LINES = 8

/** Tells the reporters how a task ended. */
export function report(
  session: Session,
  item: Item,
  status: TaskStatus,
  details: Partial<Omit<TaskEnded, 'type' | 'status'>> = {},
): void {
  const ignored = status === 'failed' && item.task.options.ignoreErrors === true
  session.mode.emit({
    type: 'task',
    play: item.play,
    host: session.host.name,
    role: item.role,
    task: item.task.name,
    module: item.task.module.name,
    status,
    changes: [],
    durationMs: 0,
    at: item.task.at,
    ...(item.handler && { handler: true }),
    ...(ignored && { ignored: true }),
    ...details,
  })
}

/** The commands of a change as they may be shown. */
export const shown = (steps: readonly Step[]): string[] =>
  steps.map((step) => scrub('script' in step ? step.script : step.sql))

/** A step failed on the host, which is the user's to mend, not a bug. */
export class StepFailed extends Error {
  readonly report: ErrorReport
  constructor(step: Step, reply: Reply) {
    super('a step failed')
    this.report = stepReport(step, reply)
  }
}

function stepReport(step: Step, reply: Reply): ErrorReport {
  const lines = lastLines(reply.stderr.length > 0 ? reply.stderr : reply.stdout)
  const output = lines.join('\n')
  if (!('script' in step)) {
    return { code: 'E_STEP_FAILED', message: 'the statement failed', command: scrub(step.sql), output }
  }
  const report = {
    code: 'E_STEP_FAILED',
    command: beginning(scrub(step.script)),
    exitCode: reply.code,
    output,
  }
  if (reply.code === TIMED_OUT) {
    const seconds = (step.timeoutMs ?? 600_000) / 1000
    return { ...report, code: 'E_STEP_TIMEOUT', message: `the command did not end within ${seconds} seconds` }
  }
  const reason = step.explains === true ? lines.pop() : undefined
  if (reason) return { code: 'E_STEP_FAILED', message: reason, output: lines.join('\n') }
  return { ...report, message: `the command failed with exit code ${reply.code}` }
}

// A long script is a program of ours: its first lines tell which, and -vv shows all of it.
function beginning(script: string): string {
  const lines = script.trim().split('\n')
  const more = lines.length - SCRIPT_LINES
  return more <= 0
    ? lines.join('\n')
    : [...lines.slice(0, SCRIPT_LINES), `… ${more} more lines, see -vv`].join('\n')
}

function lastLines(output: Buffer): string[] {
  const lines = scrub(output.toString('utf8')).trimEnd().split('\n')
  return lines.slice(-OUTPUT_LINES)
}

/** The change was made and the host still differs: a fault of the module, or of something that undoes it. */
export function notConverged(left: readonly Change[]): UserError {
  const what = left.map((change) => change.what).join(', ')
  return new UserError('E_NOT_CONVERGED', `after the change the host still differs: ${what}`, {
    hint: 'Something on the host undoes the change, or two tasks want different things.',
  })
}

/** Any error as data for the reporters. */
export function describeError(error: unknown): ErrorReport {
  if (error instanceof StepFailed) return error.report
  if (error instanceof UserError) {
    return { code: error.code, message: scrub(error.message), ...(error.hint && { hint: error.hint }) }
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return {
    code: 'E_UNEXPECTED',
    message: scrub(error instanceof Error ? error.message : String(error)),
    output: scrub(stack),
    hint: 'This looks like a fault in run-playbook or in a module. Please report it with the lines above.',
  }
}
