import { appendFileSync, existsSync, readFileSync } from 'node:fs'

/** One round, a line of the log. */
export interface Line {
  readonly operation: string
  /** `TOSS=` of the same round again. */
  readonly seed: number
  /** Which nodes it was about. */
  readonly words: string
  readonly killedAfterMs: number
  /** How long it takes when nobody kills it. */
  readonly ofMs: number
  /** The last play that it had printed. */
  readonly play: string
  readonly way: string
  readonly acknowledged: number
  readonly lost: number
  /** From the kill until all nodes were healthy. */
  readonly healthyAfterS: number
  /** `ok`, or what was wrong. */
  readonly result: string
}

const COLUMNS = [
  'operation',
  'seed',
  'words',
  'killedAfterMs',
  'ofMs',
  'play',
  'way',
  'acknowledged',
  'lost',
  'healthyAfterS',
  'result',
] as const satisfies readonly (keyof Line)[]

/** With tabs between. With a path it is a file, which is read first: a run that was cut short goes on. */
export function openLog(path: string | undefined) {
  const text = path !== undefined && existsSync(path) ? readFileSync(path, 'utf8') : ''
  const lines = text.split('\n').slice(1, -1)
  return {
    /** How many rounds of an operation went well. */
    done: (operation: string): number =>
      lines.filter((line) => line.startsWith(`${operation}\t`) && line.endsWith('\tok')).length,
    add: (line: Line): void => {
      const cells = COLUMNS.map((column) => String(line[column]).replace(/\s+/g, ' ')).join('\t')
      lines.push(cells)
      if (path === undefined) return
      if (!existsSync(path)) appendFileSync(path, `${COLUMNS.join('\t')}\n`)
      appendFileSync(path, `${cells}\n`)
    },
  }
}

export const wordsOf = (line: Line): string =>
  `${line.words}: killed after ${line.killedAfterMs} of ${line.ofMs} ms (${line.play || 'before the first play'}), ${line.way}: ` +
  `${line.acknowledged} commits, ${line.lost} lost, healthy after ${line.healthyAfterS} s (TOSS=${line.seed})`
