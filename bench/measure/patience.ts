import type { Cell } from './results.ts'

/**
 * Which measurements would take too long. A tool that took longer than so many seconds is left out where there are as many
 * tasks, hosts and milliseconds or more.
 */
export class Patience {
  readonly #slow: { readonly tool: string; readonly cell: Cell }[] = []

  noteSlow(tool: string, cell: Cell): void {
    this.#slow.push({ tool, cell })
  }

  allows(tool: string, cell: Cell): boolean {
    return !this.#slow.some((slow) => slow.tool === tool && isAtLeast(cell, slow.cell))
  }
}

const isAtLeast = (one: Cell, other: Cell): boolean =>
  one.tasks >= other.tasks && one.hosts >= other.hosts && one.delayMs >= other.delayMs
