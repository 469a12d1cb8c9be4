import { isFailure } from '../core/counted.ts'
import type { HostUnreachable, Notice, RunEvent, TaskEnded } from '../core/events.ts'
import { failureContext, failureLines, unreachableLines } from './failure-text.ts'
import { createMemory } from './memory.ts'
import { infoLines, noticeLine, stoppedLine } from './notice-text.ts'
import { type Palettes, noColour } from './palette.ts'
import { createProfile } from './profile.ts'
import { recapLines } from './recap-text.ts'
import { reportLines } from './report-text.ts'
import { type Reporter, type ReporterOptions, widthOf } from './reporter.ts'
import { createSink } from './sink.ts'
import { createStillWorking } from './still-working.ts'
import { isWorthALine, notRunLine, taskLines, taskPath } from './task-text.ts'
import { clean, duration, enumerate } from './text.ts'

/** Lines that stand alone, for pipes, logs and CI: each names its host. */
export function createPlainReporter(
  options: ReporterOptions,
  palettes: Palettes = { stdout: noColour, stderr: noColour },
): Reporter {
  const { verbosity = 0, diff = true } = options
  const stdout = createSink(options.stdout)
  const stderr = createSink(options.stderr)
  const memory = createMemory(options.check)
  const profile = createProfile()

  const onHost = (host: string, lines: readonly string[]): string[] => {
    const [first = '', ...rest] = lines
    return [`${clean(host).padEnd(memory.hostWidth)}  ${first}`, ...rest]
  }

  const stillWorking = createStillWorking((task, ms) => {
    stdout.lines(onHost(task.host, [`still working on ${taskPath(task)}, for ${duration(ms)}`]))
  })

  const failure = (host: string) => failureContext(memory, host, palettes.stderr)

  const onTask = (event: TaskEnded): void => {
    if (isFailure(event)) return stderr.lines(failureLines(event, failure(event.host)))
    if (!isWorthALine(event, verbosity)) return
    const width = widthOf(options.stdout) - memory.hostWidth - 2
    const detail = { palette: palettes.stdout, check: memory.check, verbosity, diff, width }
    stdout.lines(onHost(event.host, taskLines(event, detail)))
  }

  const onUnreachable = (event: HostUnreachable): void =>
    stderr.lines(unreachableLines(event, failure(event.host)))

  const onNotice = (event: Notice): void => {
    if (event.level === 'info') stdout.lines(infoLines(event))
    else if (event.level === 'warning') stderr.lines([noticeLine(event, palettes.stderr, memory.hostWidth)])
    else if (verbosity >= 3) stdout.lines([noticeLine(event, palettes.stdout, memory.hostWidth)])
  }

  let plays = 0
  const print = (event: RunEvent): void => {
    const { bold } = palettes.stdout
    switch (event.type) {
      case 'run':
        return memory.check
          ? stdout.lines([`dry run of ${clean(event.playbook)}: nothing is changed`])
          : undefined
      case 'play':
        return stdout.lines([
          ...(plays++ > 0 ? [''] : []),
          bold(`play ${clean(event.play)}`) + `  ${enumerate(event.hosts)}`,
        ])
      case 'task':
        return onTask(event)
      case 'unreachable':
        return onUnreachable(event)
      case 'play-stopped':
        return stderr.lines([stoppedLine(event, palettes.stderr)])
      case 'not-run':
        return verbosity > 0
          ? stdout.lines(onHost(event.host, [notRunLine(event, palettes.stdout)]))
          : undefined
      case 'notice':
        return onNotice(event)
      case 'report': {
        const time = options.watch === undefined ? [] : [palettes.stdout.dim(new Date().toISOString())]
        const blank = plays > 0 || memory.reports > 1 ? [''] : []
        const lines = reportLines(event, palettes.stdout, widthOf(options.stdout))
        return stdout.lines([...blank, ...time, ...lines])
      }
      case 'recap':
        if (memory.onlyReported) return undefined
        return stdout.lines([
          ...profile.lines(palettes.stdout),
          '',
          ...recapLines(event, memory.check, palettes.stdout, memory.notBegun),
        ])
      default:
        return undefined
    }
  }

  return {
    handle: (event) => {
      memory.see(event)
      if (options.profile === true) profile.see(event)
      stillWorking.see(event)
      print(event)
    },
    finish: async () => {
      stillWorking.stop()
      await Promise.all([stdout.flush(), stderr.flush()])
    },
  }
}
