import type { ErrorReport, Recap, RunEvent } from '../core/events.ts'
import { Tally } from '../engine/report/tally.ts'
import {
  type Reporter,
  type ReporterOptions,
  combined,
  createReportFile,
  cleanBlock,
  createReporter,
  createSink,
  jsonLine,
} from '../reporters/index.ts'
import { keepStandardOutput } from './standard-output.ts'
import type { WantedOutput } from './wanted-output.ts'

/** How a run is shown. */
export type Look = Pick<ReporterOptions, 'verbosity' | 'diff' | 'check' | 'watch' | 'ci' | 'profile'>

/**
 * The way out of everything that a command says: the screen, standard output for programs, and files of reports. It
 * sees to it that each of them comes to an end, with a recap and the exit status, however the command ends.
 */
export class Outlet {
  /** Standard output is read by a program: each line is an object, or it is one XML document. */
  readonly forPrograms: boolean
  readonly #wanted: WantedOutput
  readonly #stdout: ReporterOptions['stdout']
  readonly #tally = new Tally()
  readonly #started = performance.now()
  #screen: Reporter | undefined
  #files: Reporter | undefined
  #exitStatus: (recap: Recap) => number = ({ exitCode }) => exitCode
  #tellsStop = true
  #check = false
  #running = false
  #ended = false
  #finished: Promise<unknown> | undefined

  constructor(wanted: WantedOutput) {
    this.#wanted = wanted
    this.forPrograms = wanted.output === 'json' || wanted.output === 'junit'
    // Whoever reads may leave, `| head` for one; a run that is half done must go on.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
    this.#stdout = this.forPrograms ? keepStandardOutput() : process.stdout
  }

  /** The recap was said. */
  get ended(): boolean {
    return this.#ended
  }

  /** A run is under way. */
  get running(): boolean {
    return this.#running && !this.#ended
  }

  /** Makes the files of `--report`. @throws UserError for one that can't be written */
  openReports(look: Look): void {
    this.#files ??= this.#openFiles(look)
  }

  /**
   * Makes ready for a run.
   * @param exitStatus of the run, from its recap. @default what the recap says
   */
  show(look: Look, exitStatus?: (recap: Recap) => number): void {
    this.#screen ??= this.#openScreen(look)
    // Ctrl-C is how one stops to watch.
    this.#tellsStop = look.watch === undefined
    this.#check = look.check === true
    if (exitStatus !== undefined) this.#exitStatus = exitStatus
  }

  /** Says that the run stops, and how to end it at once. */
  sayStopping(): void {
    const text = 'stopping after the current changes; press Ctrl-C again to stop immediately'
    if (this.#tellsStop) this.emit({ type: 'notice', level: 'warning', text })
  }

  /** Says that the run was ended at once, and what that means. */
  sayCutOff(): void {
    const text = this.#check
      ? 'ended at once'
      : 'ended at once: the change under way on each host may be done, half done or not done. Run the playbook again.'
    if (this.#tellsStop) this.emit({ type: 'notice', level: 'warning', text })
  }

  readonly emit = (event: RunEvent): void => {
    // A run that was given up may still have something to say.
    if (this.#ended) return
    if (event.type === 'run') this.#running = true
    this.#tally.count(event)
    const last = event.type === 'recap' ? { ...event, exitCode: this.#exitStatus(event) } : event
    if (last.type === 'recap') this.#ended = true
    // Whoever reads on the screen what happened finds it in the files too.
    this.#files?.handle(last)
    this.#screen?.handle(last)
  }

  /** Says what is no event of a run: lines of `--output json`, and for people a text. */
  print(text: () => string, objects: () => readonly object[]): void {
    const lines =
      this.#wanted.output === 'json' ? objects().map(jsonLine) : text().split('\n').map(cleanBlock)
    createSink(this.#stdout).lines(lines)
  }

  /** Hands out a secret that was asked for: the one thing that is not masked. */
  printSecret(name: string, value: string): void {
    const object = JSON.stringify({ type: 'secret', name, value })
    const text = this.#wanted.output === 'json' || !value.endsWith('\n') ? '\n' : ''
    this.#stdout.write((this.#wanted.output === 'json' ? object : value) + text)
  }

  /** Ends the command, with a recap if there was none. */
  async end(exitCode: number, error?: ErrorReport): Promise<void> {
    this.endNow(exitCode, error)
    await this.#finished
  }

  /** The same, without waiting for a slow reader. */
  endNow(exitCode: number, error?: ErrorReport): void {
    if (!this.#ended) this.#sayRecap(exitCode, error)
    this.#finished ??= Promise.all([this.#screen?.finish(), this.#files?.finish()])
  }

  #sayRecap(exitCode: number, error: ErrorReport | undefined): void {
    this.#ended = true
    const durationMs = Math.round(performance.now() - this.#started)
    const hosts = this.#tally.recap()
    const recap: Recap = { type: 'recap', hosts, durationMs, exitCode, ...(error && { error }) }
    // People were told of the error, and a run that was refused has nothing to sum up.
    if (this.forPrograms || (this.#running && error === undefined)) {
      this.#screen ??= this.#openScreen({})
      this.#screen.handle(recap)
    }
    try {
      this.#files ??= this.#openFiles({})
    } catch {
      return // the command ends with this error, or with one that matters more
    }
    this.#files.handle(recap)
  }

  #openScreen(look: Look): Reporter {
    const { output } = this.#wanted
    const { stderr, env } = process
    return createReporter({ output, stdout: this.#stdout, stderr, env, ...look })
  }

  #openFiles({ verbosity, check }: Look): Reporter {
    const warn = (text: string): void => createSink(process.stderr).lines([`run-playbook: ${text}`])
    return combined(this.#wanted.reports.map((path) => createReportFile({ path, verbosity, check, warn })))
  }
}
