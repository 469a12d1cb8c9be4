import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'
import { type Cell, type Results, type Row, readResults, writeResults } from './results.ts'

/** What of an earlier bench stays. */
export interface Kept {
  /** Results of what is not measured now. */
  readonly keep: boolean
  /** All of them: what was measured is not measured again. */
  readonly resume: boolean
}

/** The results of a bench as they grow: written whenever something was measured, so that a bench that is ended can be resumed. */
export class Record {
  #results: Results

  /** @throws Error where there is nothing to resume, or only results of another source */
  constructor({ keep, resume }: Kept, delayedBy: Results['delayedBy']) {
    const old = keep || resume ? readResults() : undefined
    const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim()
    if (resume && old?.commit !== commit)
      throw new Error(
        old === undefined
          ? 'there are no results yet: leave out --resume'
          : 'the results are of another commit, and could not be compared: leave out --resume, or take that commit',
      )
    this.#results = {
      at: resume && old !== undefined ? old.at : new Date().toISOString(),
      commit,
      node: process.version,
      cores: cpus().length,
      processor: cpus()[0]?.model ?? 'unknown',
      delayedBy,
      versions: old?.versions ?? {},
      rows: old?.rows ?? [],
      starts: old?.starts ?? [],
      manyHosts: old?.manyHosts ?? [],
      screen: old?.screen,
    }
  }

  get results(): Results {
    return this.#results
  }

  /** Whether all tools were measured there. */
  has(cell: Cell): boolean {
    return this.#results.rows.some((row) => isIn(cell, row))
  }

  /** Keeps what was measured. */
  add(more: Partial<Results>): void {
    this.#results = { ...this.#results, ...more }
    writeResults(this.#results)
  }

  /** Keeps what was measured in a cell; of the tools that took part, nothing older stays there. */
  addRows(rows: readonly Row[]): void {
    const others = this.#results.rows.filter(
      (row) => !rows.some((one) => isIn(row, one) && one.phase === row.phase && one.tool === row.tool),
    )
    this.add({ rows: [...others, ...rows] })
  }
}

export const isIn = (cell: Cell, row: Cell): boolean =>
  row.tasks === cell.tasks && row.hosts === cell.hosts && row.delayMs === cell.delayMs
