import type { ReportTable } from '../core/report.ts'
import { paintOfCell, textOf } from './cell-text.ts'
import type { Palette } from './palette.ts'

const GAP = '  '

/** A table with aligned columns; where even its needed columns are too wide, a block of lines a row. */
export function tableLines(table: ReportTable, palette: Palette, width: number): string[] {
  const filled = table.columns
    .map((_, index) => index)
    .filter((index) => table.rows.some((row) => textOf(row[index]) !== ''))
  const shown = fitting(table, filled, width)
  return shown === undefined ? blocks(table, filled, palette) : grid(table, shown, palette)
}

/** The columns for which there is room; undefined when there is none even for the needed ones. */
function fitting(table: ReportTable, filled: readonly number[], width: number): number[] | undefined {
  const shown = [...filled]
  const needs = (): number =>
    shown.reduce((sum, index) => sum + widthOfColumn(table, index), GAP.length * (shown.length - 1))
  while (needs() > width) {
    const last = shown.findLastIndex((index) => table.columns[index]?.optional === true)
    if (last < 0) return undefined
    shown.splice(last, 1)
  }
  return shown
}

const widthOfColumn = ({ columns, rows }: ReportTable, index: number): number =>
  Math.max(columns[index]?.name.length ?? 0, ...rows.map((row) => textOf(row[index]).length))

function grid(table: ReportTable, shown: readonly number[], palette: Palette): string[] {
  const widths = shown.map((index) => widthOfColumn(table, index))
  const line = (cells: readonly { readonly text: string; readonly paint: (text: string) => string }[]) =>
    cells
      .map(({ text, paint }, i) => {
        const pad = ' '.repeat((widths[i] ?? 0) - text.length)
        if (table.columns[shown[i] ?? 0]?.align === 'right') return pad + paint(text)
        return i === cells.length - 1 ? paint(text) : paint(text) + pad
      })
      .join(GAP)
      .trimEnd()
  const head = shown.map((index) => ({ text: table.columns[index]?.name ?? '', paint: palette.dim }))
  const rows = table.rows.map((row) =>
    shown.map((index) => ({ text: textOf(row[index]), paint: paintOfCell(row[index], palette) })),
  )
  return [head, ...rows].map(line)
}

/** `node-a`, and below it `role  primary`. */
function blocks(table: ReportTable, filled: readonly number[], palette: Palette): string[] {
  const [first = 0, ...rest] = filled
  const width = Math.max(0, ...rest.map((index) => table.columns[index]?.name.length ?? 0))
  return table.rows.flatMap((row) => [
    palette.bold(textOf(row[first])),
    ...rest
      .filter((index) => textOf(row[index]) !== '')
      .map((index) => {
        const name = (table.columns[index]?.name ?? '').padEnd(width)
        return `  ${palette.dim(name)}  ${paintOfCell(row[index], palette)(textOf(row[index]))}`
      }),
  ])
}
