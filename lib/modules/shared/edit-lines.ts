/** The lines of a text with their ends, so that joined they are the text again. */
const rawLines = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

/** A line without its end. */
const bare = (raw: string): string => raw.replace(/\r?\n$/, '')

const endOf = (raw: string): string => raw.slice(bare(raw).length)

/** How lines of the text end: as the first of them does. */
export const lineEnd = (text: string): string => (/^[^\n]*\r\n/.test(text) ? '\r\n' : '\n')

/** The lines of a text, without their ends. */
export const linesOf = (text: string): string[] => rawLines(text).map(bare)

/**
 * The text with other lines. A line that is left as it is keeps its end, also a last one that has none; one that takes the place
 * of another gets the end of that; any other one ends as the first line does.
 */
export function withLines(text: string, lines: readonly string[]): string {
  const old = rawLines(text)
  const before = sameCount(old, lines)
  const after = sameCount(old.slice(before).toReversed(), lines.slice(before).toReversed())
  const gone = old.slice(before, old.length - after)
  const written = lines.slice(before, lines.length - after)
  const inPlace = gone.length === written.length
  const ends = endsByLine(gone)
  const end = lineEnd(text)
  const between = written.map(
    (line, i) => line + (ends.get(line)?.shift() || (inPlace && endOf(gone[i] ?? '')) || end),
  )
  const raw = [...old.slice(0, before), ...between, ...old.slice(old.length - after)]
  return raw.map((line, i) => (i === raw.length - 1 || line.endsWith('\n') ? line : line + end)).join('')
}

/** How many lines are the same at the beginning. */
function sameCount(old: readonly string[], lines: readonly string[]): number {
  const differs = old.findIndex((raw, i) => bare(raw) !== lines[i])
  return differs < 0 ? old.length : differs
}

function endsByLine(raw: readonly string[]): Map<string, string[]> {
  const ends = new Map<string, string[]>()
  for (const one of raw) ends.set(bare(one), [...(ends.get(bare(one)) ?? []), endOf(one)])
  return ends
}
