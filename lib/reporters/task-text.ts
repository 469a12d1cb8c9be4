import type { TaskEnded, TaskStarted } from '../core/events.ts'
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
}

/** Whether a task is worth a line: what is as it should be is only said on request. */
export function isWorthALine(event: TaskEnded, verbosity: number): boolean {
  return verbosity > 0 || (event.status !== 'ok' && event.status !== 'skipped')
}

/** `changed  postgres-primary › postgresql.conf (template)  content a41f… → 9c02…`, and below it what needs more room. */
export function taskLines(event: TaskEnded, detail: Detail): string[] {
  const { palette, check } = detail
  const changes = event.changes.map(formatChange)
  const inline = changes.join(', ')
  const fits = inline.length <= LONGEST_TAIL
  const remark = remarkOn(event)
  const tail = [fits ? inline : '', remark].filter((part) => part !== '').join('  ')
  const head = `${statusCell(event, palette, check)}  ${taskPath(event)}`
  return [
    tail === '' ? head : `${head}  ${event.changes.length > 0 ? tail : palette.dim(tail)}`,
    ...(fits ? [] : changes.map((change) => `    ${change}`)),
    ...commandLines(event, detail),
    ...(detail.diff ? diffLines(event.diffs ?? [], palette).map((line) => `    ${line}`) : []),
  ]
}

/** `postgres-primary › postgresql.conf (template)`. */
export function taskPath(event: TaskStarted | TaskEnded): string {
  const handler = 'handler' in event && event.handler === true ? ', handler' : ''
  return `${taskName(event)} (${clean(event.module)}${handler})`
}

/** `postgres-primary › postgresql.conf`. */
export function taskName({ role, task }: TaskStarted | TaskEnded): string {
  return [role, task]
    .filter((part) => part !== '')
    .map(clean)
    .join(' › ')
}

function statusCell(event: TaskEnded, palette: Palette, check: boolean): string {
  const after =
    event.status === 'unknown' && event.after !== undefined ? ` (after ${clean(event.after)})` : ''
  const ignored = event.status === 'failed' && event.ignored === true ? ' (ignored)' : ''
  const text = event.status.replace('-', ' ') + after + ignored
  return paintOf(event.status, palette)(text.padEnd(check ? 'would change'.length : 'changed'.length))
}

function remarkOn(event: TaskEnded): string {
  if (event.status === 'failed') return clean(event.error?.message ?? '')
  return clean(event.because ?? '')
}

function commandLines({ commands }: TaskEnded, { palette, verbosity }: Detail): string[] {
  if (verbosity < 2) return []
  return (commands ?? []).flatMap((command) => {
    const [first = '', ...rest] = indented(cleanBlock(command), '      ')
    return [`    $ ${first.trimStart()}`, ...rest].map(palette.dim)
  })
}
