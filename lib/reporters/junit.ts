import type { HostUnreachable, RunEvent, TaskEnded } from '../core/events.ts'
import type { Reporter, ReporterOptions } from './reporter.ts'
import { failureLines, unreachableLines } from './failure-text.ts'
import { type Memory, createMemory } from './memory.ts'
import { noColour } from './palette.ts'
import { createSink } from './sink.ts'
import { clean, cleanBlock } from './text.ts'
import { formatChange } from './value.ts'
import { type XmlElement, element, xmlDocument } from './xml.ts'

type Ended = TaskEnded | HostUnreachable

/** JUnit XML for CI, printed when the run is over: a suite a host, a case a task. */
export function createJunitReporter(options: ReporterOptions): Reporter {
  const sink = createSink(options.stdout)
  const memory = createMemory(options.check)
  const suites = new Map<string, XmlElement[]>()
  let playbook = 'run-playbook'

  const handle = (event: RunEvent): void => {
    memory.see(event)
    if (event.type === 'run') playbook = event.playbook
    if (event.type !== 'task' && event.type !== 'unreachable') return
    suites.set(event.host, [...(suites.get(event.host) ?? []), testCase(event, memory)])
  }

  return {
    handle,
    finish: () => {
      const hosts = [...suites].map(([host, cases]) => suite(host, cases))
      sink.lines([xmlDocument(element('testsuites', { name: clean(playbook) }, hosts))])
      return sink.flush()
    },
  }
}

function suite(host: string, cases: readonly XmlElement[]): XmlElement {
  const count = (name: string): number =>
    cases.filter(({ children }) => children.some((child) => typeof child !== 'string' && child.name === name))
      .length
  const seconds = cases.reduce((total, { attributes }) => total + Number(attributes['time']), 0)
  const counts = { failures: count('failure'), errors: count('error'), skipped: count('skipped') }
  return element(
    'testsuite',
    { name: clean(host), tests: cases.length, ...counts, time: seconds.toFixed(3) },
    cases,
  )
}

function testCase(event: Ended, memory: Memory): XmlElement {
  const changedBefore = memory.changedOn(event.host)
  const context = { palette: noColour, check: memory.check, changedBefore }
  if (event.type === 'unreachable') {
    const attributes = { classname: clean(event.host), name: 'connection', time: '0.000' }
    const text = unreachableLines(event, context).join('\n')
    return element('testcase', attributes, [element('error', problem(event), [text])])
  }
  const attributes = {
    classname: [event.play, event.role]
      .filter((part) => part !== '')
      .map(clean)
      .join('.'),
    name: `${clean(event.task)} (${clean(event.module)})`,
    time: (event.durationMs / 1000).toFixed(3),
  }
  const evidence = event.status === 'failed' ? failureLines(event, context).join('\n') : changesText(event)
  return element('testcase', attributes, outcome(event, evidence))
}

function outcome(event: TaskEnded, evidence: string): XmlElement[] {
  if (event.status === 'failed' && event.ignored !== true)
    return [element('failure', problem(event), [evidence])]
  if (event.status === 'skipped') return [element('skipped', { message: clean(event.because ?? '') }, [])]
  return evidence === '' ? [] : [element('system-out', {}, [evidence])]
}

const problem = ({ error }: Ended): Record<string, string> => ({
  message: clean(error?.message ?? ''),
  type: clean(error?.code ?? 'E_FAILED'),
})

function changesText(event: TaskEnded): string {
  if (event.status === 'ok') return ''
  const after = event.after === undefined ? '' : ` (after ${clean(event.after)})`
  const diffs = (event.diffs ?? []).map(cleanBlock)
  return [event.status.replace('-', ' ') + after, ...event.changes.map(formatChange), ...diffs].join('\n')
}
