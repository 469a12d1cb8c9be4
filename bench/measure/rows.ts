import type { Phase } from '../tools/tool.ts'
import { type Cell, type Row, isGood } from './results.ts'

/** What came of one run of a tool. */
export interface Measured extends Pick<Row, 'wrong' | 'longerThan'> {
  readonly wallS: number
  readonly cpuS: number
}

/** The rows of a cell, as they grow. */
export class Rows {
  readonly #cell: Cell
  readonly #rows = new Map<string, Row>()

  constructor(cell: Cell) {
    this.#cell = cell
  }

  add(phase: Phase, tool: string, { wallS, cpuS, wrong, longerThan }: Measured): void {
    const key = `${phase} ${tool}`
    const old = this.#rows.get(key)
    const numbers = { wallS: [...(old?.wallS ?? []), wallS], cpuS: [...(old?.cpuS ?? []), cpuS] }
    this.#rows.set(key, { ...this.#cell, phase, tool, ...numbers, wrong, longerThan })
  }

  /** Whether it is measured again: not after it failed, nor when it has used up its time. @param mostS seconds of all rounds */
  goesOn(phase: Phase, tool: string, mostS: number): boolean {
    const row = this.#rows.get(`${phase} ${tool}`)
    if (row === undefined) return true
    return isGood(row) && row.wallS.reduce((sum, seconds) => sum + seconds, 0) < mostS
  }

  all(): Row[] {
    return [...this.#rows.values()]
  }
}
