import { EOL } from 'node:os'
import { DefaultRenderer, Listr, ListrDefaultRendererLogLevels, ListrLogger, ProcessOutput } from 'listr2'
import type { ListrDefaultRendererTask, ListrEventManager } from 'listr2'
import type { Board } from './board.ts'
import type { Paint, Palette } from './palette.ts'
import type { Terminal } from './reporter.ts'

/** The part of the screen that moves: one line a host, while a play runs. */
export interface LiveView {
  /** The host has nothing more to do; its symbol says how it went. */
  readonly settle: (host: string, well: boolean) => void
  /** Clears the screen of it. What must stay is printed afterwards: meanwhile listr2 holds back both streams. */
  readonly end: () => Promise<void>
}

interface Streams {
  readonly stdout: Terminal
  readonly stderr: Terminal
}

export function startLiveView(
  hosts: readonly string[],
  board: Board,
  streams: Streams,
  palette: Palette,
): LiveView {
  const settled = new Map(hosts.map((host) => [host, settleable()]))
  const list = new Listr(
    hosts.map((host) => ({ title: host, task: () => settled.get(host)?.promise })),
    {
      concurrent: true,
      exitOnError: false,
      // Its own handler would end the process with 127, past locks and clean-up.
      registerSignalListeners: false,
      renderer: rendererFor(board, streams.stdout),
      rendererOptions: rendererOptions(streams, palette),
    },
  )
  const forget = showCursorAtExit(streams.stdout)
  const running = list.run()
  running.catch(() => {}) // reported by end()
  return {
    settle: (host, well) => settled.get(host)?.settle(well),
    end: async () => {
      for (const { settle } of settled.values()) settle(true)
      await running
      forget()
    },
  }
}

/**
 * listr2's renderer wraps and draws the whole tree at every event: a hundred hosts cost minutes of CPU. This one draws
 * at most ten times a second, and less often when that takes more than a fiftieth of the time, but twice a second; and only
 * what there is room for.
 */
function rendererFor(board: Board, stdout: Terminal): typeof DefaultRenderer {
  return class BoardRenderer extends DefaultRenderer {
    static override nonTTY = true // whether the terminal is fit for this was decided before
    readonly #all: readonly ListrDefaultRendererTask[]
    readonly #visible: ListrDefaultRendererTask[]
    #lastEnd = -Infinity
    #lastCost = 0

    constructor(tasks: ListrDefaultRendererTask[], options: object, events: ListrEventManager) {
      const visible: ListrDefaultRendererTask[] = []
      super(visible, options, events)
      this.#all = [...tasks]
      this.#visible = visible
    }

    override update(): void {
      const start = performance.now()
      if (start - this.#lastEnd < Math.min(Math.max(90, 50 * this.#lastCost), 500)) return
      super.update()
      this.#lastEnd = performance.now()
      this.#lastCost = this.#lastEnd - start
    }

    override create(options?: object): string {
      const { hosts, rest } = board.view(Math.max(3, (stdout.rows ?? 24) - 2))
      const shown = this.#all.filter((task) => hosts.includes(task.initialTitle ?? ''))
      for (const task of shown) task.title = board.line(task.initialTitle ?? '')
      this.#visible.splice(0, Infinity, ...shown)
      return [super.create(options), rest].filter((part) => part !== '').join(EOL)
    }
  }
}

function rendererOptions({ stdout, stderr }: Streams, { red, green, yellow, dim }: Palette) {
  const { PENDING, WAITING, COMPLETED, COMPLETED_WITH_FAILED_SISTER_TASKS, FAILED } =
    ListrDefaultRendererLogLevels
  return {
    logger: new ListrLogger({
      useIcons: true,
      processOutput: new ProcessOutput(stdout as never, stderr as never),
    }),
    // listr2's own colours do not know FORCE_COLOR=0: each level that shows has one of ours.
    color: {
      [PENDING]: format(yellow),
      [WAITING]: format(dim),
      [COMPLETED]: format(green),
      [COMPLETED_WITH_FAILED_SISTER_TASKS]: format(green),
      [FAILED]: format(red),
    },
    formatOutput: 'truncate' as const,
    clearOutput: true,
    // A failed host keeps its line instead of showing an error that is printed in full later.
    collapseErrors: false,
    showErrorMessage: false,
  }
}

/** A process that ends in the middle must not leave a terminal without a cursor; `write` as it is before listr2 takes it. */
function showCursorAtExit(stdout: Terminal): () => void {
  const write = stdout.write.bind(stdout)
  const show = (): void => void write('\x1b[?25h')
  process.once('exit', show)
  return () => process.off('exit', show)
}

/** listr2 may pass nothing. */
const format = (paint: Paint) => (text?: string) => paint(text ?? '')

function settleable(): { promise: Promise<void>; settle: (well: boolean) => void } {
  let settle: (well: boolean) => void = () => {}
  const promise = new Promise<void>((resolve, reject) => {
    settle = (well) => (well ? resolve() : reject(new Error('the host failed')))
  })
  promise.catch(() => {}) // a host may fail before listr2 starts to wait for it
  return { promise, settle }
}
