import { isFailure } from '../core/counted.ts'
import type { HostUnreachable, TaskEnded, TaskNotRun } from '../core/events.ts'
import { failureContext, failureLines, unreachableLines } from './failure-text.ts'
import type { Memory } from './memory.ts'
import { noColour } from './palette.ts'
import { clean, cleanBlock } from './text.ts'
import { formatChange } from './value.ts'
import { type XmlElement, element } from './xml.ts'

/** One case of a suite, and how it counts there. */
export interface Case {
  readonly element: XmlElement
  readonly counts?: 'failures' | 'errors' | 'skipped' | undefined
  readonly seconds: number
}

export function taskCase(event: TaskEnded, memory: Memory): Case {
  const failed = isFailure(event)
  const evidence =
    event.status === 'failed'
      ? failureLines(event, failureContext(memory, event.host, noColour)).join('\n')
      : changesText(event)
  const attributes = {
    classname: className(event.play, event.role),
    name: `${clean(event.task)} (${clean(event.module)})`,
    time: (event.durationMs / 1000).toFixed(3),
  }
  const children = [...outcomeOf(event, failed, evidence), ...printed(event)]
  const counts = failed ? 'failures' : event.status === 'skipped' ? 'skipped' : undefined
  return { element: element('testcase', attributes, children), counts, seconds: event.durationMs / 1000 }
}

export function unreachableCase(event: HostUnreachable, memory: Memory): Case {
  const text = unreachableLines(event, failureContext(memory, event.host, noColour)).join('\n')
  return problemCase(clean(event.host), 'connection', event.error, text)
}

export function notRunCase({ play, role, task, module, because }: TaskNotRun): Case {
  return skippedCase(className(play, role), `${clean(task)} (${clean(module)})`, `not run: ${because}`)
}

/** A play was stopped before a host, of which no task is known. */
export const notBegunCase = (play: string, because: string): Case =>
  skippedCase(className(play, ''), 'all tasks', `not begun: ${because}`)

/** What is wrong with the run as a whole. */
export function problemCase(
  classname: string,
  name: string,
  { code, message }: { readonly code: string; readonly message: string },
  text = message,
): Case {
  const problem = { message: clean(message), type: clean(code) }
  const children = [element('error', problem, [cleanBlock(text)])]
  const attributes = { classname, name, time: '0.000' }
  return { element: element('testcase', attributes, children), counts: 'errors', seconds: 0 }
}

function skippedCase(classname: string, name: string, message: string): Case {
  const children = [element('skipped', { message: clean(message) }, [])]
  const attributes = { classname, name, time: '0.000' }
  return { element: element('testcase', attributes, children), counts: 'skipped', seconds: 0 }
}

const className = (play: string, role: string): string =>
  [play, role]
    .filter((part) => part !== '')
    .map(clean)
    .join('.')

function outcomeOf(event: TaskEnded, failed: boolean, evidence: string): XmlElement[] {
  const { error, because } = event
  const problem = { message: clean(error?.message ?? ''), type: clean(error?.code ?? 'E_FAILED') }
  if (failed) return [element('failure', problem, [evidence])]
  if (event.status === 'skipped') return [element('skipped', { message: clean(because ?? '') }, [])]
  return evidence === '' ? [] : [element('system-out', {}, [evidence])]
}

/** What the command printed. The schema has one of each at most, so a text that is there already takes it in. */
function printed({ status, stdout = '', stderr = '' }: TaskEnded): XmlElement[] {
  const out = cleanBlock(stdout)
  const err = cleanBlock(stderr)
  const free = status === 'ok' || status === 'failed'
  return [
    ...(out !== '' && free ? [element('system-out', {}, [out])] : []),
    ...(err !== '' ? [element('system-err', {}, [err])] : []),
  ]
}

function changesText(event: TaskEnded): string {
  if (event.status === 'ok') return ''
  const after = event.after === undefined ? '' : ` (after ${clean(event.after)})`
  const diffs = (event.diffs ?? []).map(cleanBlock)
  const said = event.stdout === undefined ? [] : [cleanBlock(event.stdout)]
  return [event.status.replace('-', ' ') + after, ...event.changes.map(formatChange), ...diffs, ...said].join(
    '\n',
  )
}
