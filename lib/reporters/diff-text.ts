import type { Palette } from './palette.ts'
import { cleanBlock } from './text.ts'

/** The lines of unified diffs, coloured. */
export function diffLines(diffs: readonly string[], palette: Palette): string[] {
  return diffs.flatMap((diff) =>
    cleanBlock(diff)
      .split('\n')
      .map((line) => paint(line, palette)),
  )
}

function paint(line: string, palette: Palette): string {
  if (line.startsWith('+++') || line.startsWith('---')) return palette.bold(line)
  if (line.startsWith('+')) return palette.green(line)
  if (line.startsWith('-')) return palette.red(line)
  return line.startsWith('@@') ? palette.cyan(line) : line
}
