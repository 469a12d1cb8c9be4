import type { Cell, Row } from '../measure/results.ts'
import type { Phase } from '../tools/tool.ts'
import { TOOLS } from '../tools/index.ts'

/** The tools that some row is of, in the order in which they are always shown. */
export const toolsIn = (rows: readonly Row[]): string[] =>
  TOOLS.map(({ name }) => name).filter((name) => rows.some(({ tool }) => tool === name))

/** Where something was measured, the smallest first. */
export function cellsIn(rows: readonly Row[]): Cell[] {
  const cells = new Map(
    rows.map(({ tasks, hosts, delayMs }) => [`${tasks} ${hosts} ${delayMs}`, { tasks, hosts, delayMs }]),
  )
  return [...cells.values()].toSorted(
    (a, b) => a.tasks - b.tasks || a.hosts - b.hosts || a.delayMs - b.delayMs,
  )
}

export const rowOf = (
  rows: readonly Row[],
  cell: Cell & { readonly phase?: Phase },
  tool: string,
): Row | undefined =>
  rows.find(
    (row) =>
      row.tool === tool &&
      row.tasks === cell.tasks &&
      row.hosts === cell.hosts &&
      row.delayMs === cell.delayMs &&
      (cell.phase === undefined || row.phase === cell.phase),
  )

export const distinct = (values: readonly number[]): number[] =>
  [...new Set(values)].toSorted((a, b) => a - b)
