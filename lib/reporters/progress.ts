import { isFailure } from '../core/counted.ts'
import type { RunEvent } from '../core/events.ts'
import { failureContext, failureLines, unreachableLines } from './failure-text.ts'
import { createMemory } from './memory.ts'
import { infoLines, noticeLine, stoppedLine } from './notice-text.ts'
import type { Palettes } from './palette.ts'
import { type PlayView, startPlayView } from './play-view.ts'
import { createProfile } from './profile.ts'
import { recapLines } from './recap-text.ts'
import { reportLines } from './report-text.ts'
import { type Reporter, type ReporterOptions, widthOf } from './reporter.ts'
import { createSink } from './sink.ts'
import { clean, enumerate } from './text.ts'

/** For people at a terminal: a line a host while it works, then what changed, what failed, and the sum. */
export function createProgressReporter(options: ReporterOptions, palettes: Palettes): Reporter {
  const stdout = createSink(options.stdout)
  const stderr = createSink(options.stderr)
  const memory = createMemory(options.check)
  const failures: string[] = []
  let hosts: readonly string[] = []
  const profile = createProfile()
  let current: PlayView | undefined
  // Ending a live view takes time, handling an event must not: events wait in line.
  let queue = Promise.resolve()

  const begin = (ofPlay: readonly string[], taskCounts: Readonly<Record<string, number>>): PlayView =>
    startPlayView({ hosts: ofPlay, taskCounts, options, palette: palettes.stdout, check: memory.check })

  const end = async (): Promise<void> => {
    if (current === undefined) return
    const { results, notices } = await current.end()
    current = undefined
    stdout.lines(results)
    stderr.lines(notices.map((notice) => noticeLine(notice, palettes.stderr)))
  }

  const keepFailure = (event: RunEvent): void => {
    if (event.type === 'play-stopped') failures.push('', stoppedLine(event, palettes.stderr))
    if (event.type !== 'task' && event.type !== 'unreachable') return
    const context = failureContext(memory, event.host, palettes.stderr)
    if (event.type === 'unreachable') failures.push('', ...unreachableLines(event, context))
    else if (isFailure(event)) failures.push('', ...failureLines(event, context))
  }

  const print = async (event: RunEvent): Promise<void> => {
    switch (event.type) {
      case 'run':
        hosts = event.hosts
        return memory.check
          ? stdout.lines([`dry run of ${clean(event.playbook)}: nothing is changed`])
          : undefined
      case 'play':
        await end()
        stdout.lines(['', `${palettes.stdout.bold(`play ${clean(event.play)}`)}  ${enumerate(event.hosts)}`])
        current = begin(event.hosts, event.taskCounts)
        return
      case 'report':
        await end()
        return stdout.lines(['', ...reportLines(event, palettes.stdout, widthOf(options.stdout))])
      case 'recap':
        await end()
        stderr.lines(failures.splice(0))
        if (memory.onlyReported) return
        return stdout.lines([
          ...profile.lines(palettes.stdout),
          '',
          ...recapLines(event, memory.check, palettes.stdout, memory.notBegun),
        ])
      case 'notice':
        if (event.level !== 'info') return see(event)
        await end()
        return stdout.lines(infoLines(event))
      case 'play-stopped':
        return // kept with the failures
      case 'not-run':
        return current?.see(event)
      default:
        return see(event)
    }
  }

  const see = (event: RunEvent): void => {
    // Connecting may begin before the first play.
    current ??= begin(hosts, {})
    current.see(event)
  }

  const handleNow = (event: RunEvent): Promise<void> => {
    memory.see(event)
    if (options.profile === true) profile.see(event)
    keepFailure(event)
    return print(event)
  }

  return {
    handle: (event) => {
      queue = queue.then(() => handleNow(event))
      queue.catch(() => {}) // reported by finish()
    },
    finish: async () => {
      await queue
      await end()
      stderr.lines(failures.splice(0))
      await Promise.all([stdout.flush(), stderr.flush()])
    },
  }
}
