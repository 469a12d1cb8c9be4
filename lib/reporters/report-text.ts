import type { Report, ReportLines } from '../core/report.ts'
import { paintOfCell, textOf } from './cell-text.ts'
import type { Palette } from './palette.ts'
import { tableLines } from './table-text.ts'
import { wrapped } from './text.ts'

/** Narrower than this nothing is wrapped: a word a line helps nobody. */
const NARROWEST = 24

/** A report for people. `width` is Infinity where nothing breaks lines. */
export function reportLines({ parts }: Report, palette: Palette, width: number): string[] {
  return parts
    .map((part) =>
      part.kind === 'table' ? tableLines(part, palette, width) : listLines(part, palette, width),
    )
    .filter((lines) => lines.length > 0)
    .flatMap((lines, i) => (i === 0 ? lines : ['', ...lines]))
}

function listLines({ lines }: ReportLines, palette: Palette, width: number): string[] {
  const labels = lines.map(({ label }) => textOf(label))
  const labelWidth = Math.max(...labels.map((label) => label.length))
  const indent = labelWidth === 0 ? 0 : labelWidth + 2
  return lines.flatMap(({ label, text }, i) => {
    const all = wrapped(textOf(text), Math.max(NARROWEST, width - indent)).map(paintOfCell(text, palette))
    const head = paintOfCell(label, palette)(labels[i] ?? '') + ' '.repeat(indent - (labels[i] ?? '').length)
    return all.map((line, k) => (k === 0 ? head : ' '.repeat(indent)) + line)
  })
}
