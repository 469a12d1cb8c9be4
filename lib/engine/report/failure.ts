import type { Change } from '../../core/change.ts'
import { placeOfArguments, placesOfFault } from '../../core/call-site.ts'
import { isSchemaError, messageOf } from '../../core/error-message.ts'
import { UserError } from '../../core/errors.ts'
import type { ErrorReport } from '../../core/events.ts'
import type { Step } from '../../core/module.ts'
import type { Reply } from '../../core/probe.ts'
import { scrub } from '../../core/secret.ts'
import type { Item } from '../../playbook/program.ts'
import { STEP_TIMEOUT_MS } from '../look/limits.ts'
import { TIMED_OUT } from '../../transport/transport.ts'

const OUTPUT_LINES = 20
const SCRIPT_LINES = 8

/** A step failed on the host, which is the user's to mend, not a bug. */
export class StepFailed extends Error {
  readonly report: ErrorReport

  /** @param broken what it left, or why it left nothing */
  constructor(step: Step, broken: Reply | UserError) {
    super('a step failed')
    this.report =
      broken instanceof UserError
        ? { ...describeError(broken), command: beginning(scrub('script' in step ? step.script : step.text)) }
        : stepReport(step, broken)
  }
}

function stepReport(step: Step, reply: Reply): ErrorReport {
  const lines = lastLines(reply.stderr.length > 0 ? reply.stderr : reply.stdout)
  const output = lines.join('\n')
  const because = (): ErrorReport | undefined => {
    const reason = step.explains === true ? lines.pop() : undefined
    return reason ? { code: 'E_STEP_FAILED', message: reason, output: lines.join('\n') } : undefined
  }
  if (!('script' in step))
    return (
      because() ?? {
        code: 'E_STEP_FAILED',
        message: 'the statement failed',
        command: scrub(step.text),
        output,
      }
    )
  const report = {
    code: 'E_STEP_FAILED',
    command: beginning(scrub(step.script)),
    exitCode: reply.code,
    output,
  }
  if (reply.code === TIMED_OUT) {
    const seconds = (step.timeoutMs ?? STEP_TIMEOUT_MS) / 1000
    const hint = 'To allow more time, set timeoutMs of the task.'
    return {
      ...report,
      code: 'E_STEP_TIMEOUT',
      message: `the command did not end within ${seconds} seconds`,
      hint,
    }
  }
  return because() ?? { ...report, message: `the command failed with exit code ${reply.code}` }
}

// A long script is a program of ours: its first lines tell which, and -vv shows all of it.
function beginning(script: string): string {
  const lines = script.trim().split('\n')
  const more = lines.length - SCRIPT_LINES
  if (more <= 0) return lines.join('\n')
  return [...lines.slice(0, SCRIPT_LINES), `… ${more} more lines, see -vv`].join('\n')
}

function lastLines(output: Buffer): string[] {
  return scrub(output.toString('utf8')).trimEnd().split('\n').slice(-OUTPUT_LINES)
}

/** The change was made and the host still differs. */
export function notConverged(left: readonly Change[]): UserError {
  const what = left.map(({ what }) => what).join(', ')
  return new UserError('E_NOT_CONVERGED', `after the change the host still differs: ${what}`, {
    hint: 'Something on the host undoes the change, or the module does not make the change that it plans.',
  })
}

/** A task that runs once for all hosts failed on another one. */
export const onceFailed = (by: string, { task }: Item): UserError =>
  new UserError('E_RUN_ONCE', `"${task.name}" runs once, and it failed on ${by}`)

/** Any error as data for the reporters. */
export function describeError(error: unknown): ErrorReport {
  if (error instanceof StepFailed) return error.report
  if (error instanceof UserError)
    return { code: error.code, message: scrub(error.message), ...(error.hint && { hint: error.hint }) }
  if (isSchemaError(error)) {
    const at = placeOfArguments(error)
    return {
      code: 'E_BAD_ARGUMENT',
      message: scrub(messageOf(error)),
      ...(at !== undefined && { hint: `at ${at}` }),
    }
  }
  const [place, ...callers] = placesOfFault(error)
  if (place !== undefined)
    return {
      code: 'E_UNEXPECTED',
      message: scrub(`${place} threw: ${messageOf(error)}`),
      ...(callers.length > 0 && { output: callers.map((caller) => `called at ${caller}`).join('\n') }),
      hint: 'Correct the code there. To refuse something with a message and a hint, throw a UserError.',
    }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return {
    code: 'E_UNEXPECTED',
    message: scrub(messageOf(error)),
    output: scrub(stack),
    hint: 'This looks like a fault in run-playbook or in a module. Please report it with the lines above.',
  }
}
