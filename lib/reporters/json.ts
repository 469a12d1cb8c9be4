import type { RunEvent, TaskEnded } from '../core/events.ts'
import type { Reporter, ReporterOptions } from './reporter.ts'
import { createSink } from './sink.ts'
import { jsonLine } from './value.ts'

/** One JSON object a line, for programs. Fields may be added, never renamed. */
export function createJsonReporter(options: ReporterOptions): Reporter {
  const sink = createSink(options.stdout)
  return {
    handle: (event) => {
      const object = jsonObject(event, options.verbosity)
      if (object !== undefined) sink.lines([jsonLine(object)])
    },
    finish: () => sink.flush(),
  }
}

/** What is said of an event; `undefined` for what only matters while looking. */
export function jsonObject(event: RunEvent, verbosity = 0): object | undefined {
  switch (event.type) {
    case 'task':
      return taskObject(event, verbosity)
    case 'notice':
      return event.level !== 'debug' || verbosity >= 3 ? event : undefined
    case 'report':
      // Under a key of their own: the playbook names its fields, and one of them may be `type`.
      return { type: event.type, data: event.data }
    case 'host':
    case 'task-start':
      return undefined
    default:
      return event
  }
}

/** Field by field, because an event may carry more than is fit to print: a change's `body` is a whole file. */
function taskObject(event: TaskEnded, verbosity: number): object {
  const { type, play, host, role, task, module, status, durationMs, at } = event
  const changes = event.changes.map(({ what, from, to }) => ({ what, from: from ?? null, to: to ?? null }))
  const { handler, because, after, diffs, error, ignored, rescued } = event
  const { stdout, stderr, attempts, delegatedTo } = event
  const commands = verbosity >= 2 ? event.commands : undefined
  return Object.assign(
    { type, play, host, role, task, module, status, changes, durationMs, at },
    {
      handler,
      because,
      after,
      diffs,
      commands,
      stdout,
      stderr,
      attempts,
      delegatedTo,
      error,
      ignored,
      rescued,
    },
  )
}
