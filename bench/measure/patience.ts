import type { Cell } from './results.ts'

/**
 * Which measurements would take too long. A tool that took longer than so many seconds is not repeated there, and left out
 * where there are as many tasks, hosts and milliseconds or more.
 */
export class Patience {
  readonly #seconds: number
  readonly #slow: { readonly tool: string; readonly cell: Cell }[] = []

  constructor(seconds: number) {
    this.#seconds = seconds
  }

  note(tool: string, cell: Cell, seconds: number): void {
    if (seconds > this.#seconds) this.#slow.push({ tool, cell })
  }

  allows(tool: string, cell: Cell): boolean {
    return !this.#slow.some((slow) => slow.tool === tool && isAtLeast(cell, slow.cell))
  }
}

const isAtLeast = (one: Cell, other: Cell): boolean =>
  one.tasks >= other.tasks && one.hosts >= other.hosts && one.delayMs >= other.delayMs
