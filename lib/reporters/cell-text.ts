import type { ReportCell, ReportTone } from '../core/report.ts'
import type { Paint, Palette } from './palette.ts'
import { clean } from './text.ts'

/** What a cell says, harmless. */
export const textOf = (cell: ReportCell | undefined): string =>
  clean(typeof cell === 'string' ? cell : (cell?.text ?? ''))

const same: Paint = (text) => text

/** How a cell is coloured. */
export function paintOfCell(cell: ReportCell | undefined, palette: Palette): Paint {
  const tone: ReportTone | undefined = typeof cell === 'string' ? undefined : cell?.tone
  const { green, yellow, red, dim, bold } = palette
  return tone === undefined ? same : { good: green, warning: yellow, bad: red, dim, strong: bold }[tone]
}
