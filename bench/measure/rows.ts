import type { Phase } from '../tools/tool.ts'
import type { Cell, Row } from './results.ts'

/** The rows of a cell, as they grow. */
export class Rows {
  readonly #cell: Cell
  readonly #rows = new Map<string, Row>()

  constructor(cell: Cell) {
    this.#cell = cell
  }

  /** @param wrong why the numbers do not count */
  add(phase: Phase, tool: string, wallS: number, cpuS: number, wrong: string | undefined): void {
    const key = `${phase} ${tool}`
    const old = this.#rows.get(key)
    const numbers = { wallS: [...(old?.wallS ?? []), wallS], cpuS: [...(old?.cpuS ?? []), cpuS] }
    this.#rows.set(key, { ...this.#cell, phase, tool, ...numbers, ...(wrong === undefined ? {} : { wrong }) })
  }

  isWrong(phase: Phase, tool: string): boolean {
    return this.#rows.get(`${phase} ${tool}`)?.wrong !== undefined
  }

  all(): Row[] {
    return [...this.#rows.values()]
  }
}
