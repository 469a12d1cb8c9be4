import type { Reported, RunEvent } from '../core/events.ts'
import { failureLines, unreachableLines } from './failure-text.ts'
import { noticeLine } from './notice-text.ts'
import type { Palettes } from './palette.ts'
import { reportLines } from './report-text.ts'
import { type Reporter, type ReporterOptions, widthOf } from './reporter.ts'
import { createSink } from './sink.ts'
import { enumerate } from './text.ts'

const HIDE_CURSOR = '\x1b[?25l'
const SHOW_CURSOR = '\x1b[?25h'
const CLEAR_BELOW = '\x1b[J'
const CLEAR_SCREEN = '\x1b[2J\x1b[H'
const CLEAR_LINE = '\x1b[K'
/** Shown as a whole by terminals that know how; and a line that is too long is cut off, not broken. */
const BEGIN = '\x1b[?2026h\x1b[?7l'
const END = '\x1b[?7h\x1b[?2026l'

/** For a terminal: the newest report in the place of the one before. The last one stays when the run ends. */
export function createWatchReporter(options: ReporterOptions, palettes: Palettes): Reporter {
  const { stdout, watch } = options
  const sink = createSink(stdout)
  const stderr = createSink(options.stderr)
  const notices = new Set<string>()
  const failures: string[] = []
  let drawn = 0
  let last: Reported | undefined

  const draw = (report: Reported): void => {
    const width = widthOf(stdout)
    const time = new Date().toTimeString().slice(0, 8)
    const head = palettes.stdout.dim(`every ${watch} s, now ${time}; Ctrl-C ends`)
    const lines = fit([head, '', ...reportLines(report, palettes.stdout, width), ...notices], stdout.rows)
    // Up to where the last one began; what is left of it below is wiped out.
    const up = drawn > 0 ? `\x1b[${drawn}A\r` : HIDE_CURSOR
    const picture = lines.map((line) => line + CLEAR_LINE).join('\n')
    sink.lines([`${BEGIN}${up}${picture}${CLEAR_BELOW}${END}`])
    drawn = lines.length
    last = report
  }

  // Lines that no longer fit break, and nobody knows where the drawing begins.
  const redraw = (): void => {
    if (last === undefined) return
    stdout.write(CLEAR_SCREEN)
    drawn = 0
    draw(last)
  }
  stdout.on('resize', redraw)
  const showCursor = (): void => void stdout.write(SHOW_CURSOR)
  process.once('exit', showCursor)

  return {
    handle: (event: RunEvent) => {
      const context = { palette: palettes.stderr, check: false, changedBefore: [] }
      if (event.type === 'run') draw(asking(event.hosts))
      if (event.type === 'report') draw(event)
      if (event.type === 'notice' && event.level === 'warning')
        notices.add(noticeLine(event, palettes.stdout))
      if (event.type === 'unreachable') failures.push(...unreachableLines(event, context))
      if (event.type === 'task' && event.status === 'failed') failures.push(...failureLines(event, context))
    },
    finish: async () => {
      stdout.off('resize', redraw)
      process.off('exit', showCursor)
      showCursor()
      stderr.lines(failures)
      await Promise.all([sink.flush(), stderr.flush()])
    },
  }
}

/** Until the first report: a terminal that stays empty looks stuck. */
const asking = (hosts: readonly string[]): Reported => ({
  type: 'report',
  parts: [{ kind: 'lines', lines: [{ text: { text: `asking ${enumerate(hosts)} …`, tone: 'dim' } }] }],
  data: {},
})

/** More than the screen holds would scroll, and the next drawing would begin in the wrong place. */
function fit(lines: readonly string[], rows = 24): readonly string[] {
  const room = Math.max(4, rows - 1)
  if (lines.length <= room) return lines
  return [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more lines`]
}
