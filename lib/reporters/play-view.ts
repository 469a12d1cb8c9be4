import { isFailure } from '../core/counted.ts'
import type { Notice, RunEvent, TaskEnded } from '../core/events.ts'
import { createBoard } from './board.ts'
import { startLiveView } from './live-view.ts'
import type { Palette } from './palette.ts'
import { type ReporterOptions, widthOf } from './reporter.ts'
import { RESULT_INDENT, resultLines } from './results-text.ts'
import { isWorthALine, notRunLine, taskLines } from './task-text.ts'
import { clean } from './text.ts'

/** One play on the screen: alive while it runs, and what is left of it to read. */
export interface PlayView {
  readonly see: (event: RunEvent) => void
  readonly end: () => Promise<{ readonly results: readonly string[]; readonly notices: readonly Notice[] }>
}

interface PlayContext {
  readonly hosts: readonly string[]
  readonly taskCounts: Readonly<Record<string, number>>
  readonly options: ReporterOptions
  readonly palette: Palette
  readonly check: boolean
}

export function startPlayView({ hosts, taskCounts, options, palette, check }: PlayContext): PlayView {
  const { verbosity = 0, diff = true } = options
  const board = createBoard(hosts, taskCounts, palette)
  const live = startLiveView(hosts, board, options, palette)
  const said = new Map<string, string[]>(hosts.map((host) => [host, []]))
  const notices: Notice[] = []
  const failed = new Set<string>()
  let ok = 0

  const detail = { palette, check, verbosity, diff, width: widthOf(options.stdout) - RESULT_INDENT }

  const say = (host: string, lines: readonly string[]): void => {
    said.set(host, [...(said.get(host) ?? []), ...lines])
  }

  const onTask = (event: TaskEnded): void => {
    if (event.status === 'ok') ok += 1
    if (isFailure(event)) failed.add(event.host)
    if (isWorthALine(event, verbosity)) say(event.host, taskLines(event, detail))
  }

  return {
    see: (event) => {
      board.see(event)
      if (event.type === 'task') onTask(event)
      if (event.type === 'not-run' && verbosity > 0) say(event.host, [notRunLine(event, palette)])
      if (event.type === 'notice' && (event.level === 'warning' || verbosity >= 3)) notices.push(event)
      if (event.type === 'host' && event.phase === 'done') live.settle(event.host, !failed.has(event.host))
      if (event.type !== 'unreachable') return
      say(event.host, [`${palette.red('unreachable')}  ${clean(event.error.message)}`])
      live.settle(event.host, false)
    },
    end: async () => {
      await live.end()
      const results = resultLines(said)
      const summary = palette.dim(`  ${check ? 'nothing would change' : 'nothing changed'}, ${ok} ok`)
      return { results: results.length === 0 && ok > 0 ? [summary] : results, notices }
    },
  }
}
