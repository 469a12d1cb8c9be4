import { countedAs, isFailure } from '../core/counted.ts'
import type { TaskEnded, TaskNotRun, TaskStarted } from '../core/events.ts'
import { diffLines } from './diff-text.ts'
import { type Palette, paintOf } from './palette.ts'
import { clean, cleanBlock, indented } from './text.ts'
import { formatChange } from './value.ts'

const LONGEST_TAIL = 100

/** How much is said. */
export interface Detail {
  readonly palette: Palette
  /** The run only predicts. */
  readonly check: boolean
  readonly verbosity: number
  readonly diff: boolean
  /** Columns there are for a line. */
  readonly width: number
}

/** Whether a task is worth a line: what is as it should be is only said on request. */
export function isWorthALine(event: TaskEnded, verbosity: number): boolean {
  return verbosity > 0 || event.show === true || (event.status !== 'ok' && event.status !== 'skipped')
}

/** Whether the task runs what the user wrote: what that does, only the user knows. */
export const isScript = ({ module }: Pick<TaskEnded, 'module'>): boolean =>
  module === 'shell' || module === 'command'

/** `changed  postgres-primary › postgresql.conf (template)  content a41f… → 9c02…`, and below it what needs more room. */
export function taskLines(event: TaskEnded, detail: Detail): string[] {
  const { palette, check, width } = detail
  const status = statusText(event, check)
  const changes = event.changes.map(formatChange)
  const remark = remarkOn(event)
  const tail = [changes.join(', '), remark].filter((part) => part !== '').join('  ')
  const line = `${status}  ${taskPath(event)}`
  const fits = tail.length <= LONGEST_TAIL && line.length + 2 + tail.length <= width
  const more = [...changes, ...(remark === '' ? [] : [remark])]
  const head = paintOf(event.status, palette)(status) + line.slice(status.length)
  return [
    fits && tail !== '' ? `${head}  ${changes.length > 0 ? tail : palette.dim(tail)}` : head,
    ...(fits ? [] : more.map((part) => `    ${part}`)),
    ...dealtWithLines(event, detail),
    ...commandLines(event, detail),
    ...printedLines(event, detail),
    ...(detail.diff ? diffLines(event.diffs ?? [], palette).map((part) => `    ${part}`) : []),
  ]
}

/** `not run  postgres-primary › postgresql.conf (template)  pull image failed`. */
export function notRunLine(event: TaskNotRun, palette: Palette): string {
  return `${palette.dim('not run')}  ${taskPath(event)}  ${palette.dim(clean(event.because))}`
}

/** `postgres-primary › postgresql.conf (template)`. */
export function taskPath(event: TaskStarted | TaskEnded | TaskNotRun): string {
  const handler = 'handler' in event && event.handler === true ? ', handler' : ''
  const elsewhere =
    'delegatedTo' in event && event.delegatedTo !== undefined ? ` on ${clean(event.delegatedTo)}` : ''
  return `${taskName(event)} (${clean(event.module)}${handler}${elsewhere})`
}

/** `postgres-primary › postgresql.conf`. */
export function taskName({ role, task }: TaskStarted | TaskEnded | TaskNotRun): string {
  return [role, task]
    .filter((part) => part !== '')
    .map(clean)
    .join(' › ')
}

function statusText(event: TaskEnded, check: boolean): string {
  const after = event.after === undefined ? '' : ` (after ${clean(event.after)})`
  const counted = countedAs(event)
  const dealtWith = counted === event.status ? '' : ` (${counted})`
  const text = event.status.replace('-', ' ') + after + dealtWith
  return text.padEnd(check ? 'would change'.length : 'changed'.length)
}

function remarkOn(event: TaskEnded): string {
  const why = clean((event.status === 'failed' ? event.error?.message : event.because) ?? '')
  const tries = event.attempts !== undefined && event.attempts > 1 ? `after ${event.attempts} attempts` : ''
  return [why, tries].filter((part) => part !== '').join(', ')
}

/** What a failure that was ignored or rescued printed and where it comes from, which is told of nowhere else. */
function dealtWithLines(event: TaskEnded, { palette, verbosity }: Detail): string[] {
  const { error, at } = event
  if (error === undefined || isFailure(event)) return []
  const printed = verbosity < 2 ? indented(cleanBlock(error.output ?? ''), '    ') : []
  const declared = at === '' ? '' : `Declared at ${clean(at)}  `
  return [...printed, `    ${palette.dim(`${declared}${clean(error.code)}`)}`]
}

function commandLines({ commands }: TaskEnded, { palette, verbosity }: Detail): string[] {
  if (verbosity < 2) return []
  return (commands ?? []).flatMap((command) => {
    const [first = '', ...rest] = indented(cleanBlock(command), '      ')
    return [`    $ ${first.trimStart()}`, ...rest].map(palette.dim)
  })
}

/** What the command printed: where the task asks for it, and at `-vv`. */
function printedLines({ stdout, stderr, show }: TaskEnded, { palette, verbosity }: Detail): string[] {
  if (show !== true && verbosity < 2) return []
  return [
    ...indented(cleanBlock(stdout ?? ''), '    '),
    ...indented(cleanBlock(stderr ?? ''), '    ').map(palette.yellow),
  ]
}
