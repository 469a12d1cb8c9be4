/** The lines of a text with their ends, so that joined they are the text again. */
export const rawLines = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

/** A line without its end. */
export const bare = (raw: string): string => raw.replace(/\r?\n$/, '')

/** How lines of the text end: as the first of them does. */
export const lineEnd = (text: string): string => (/^[^\n]*\r\n/.test(text) ? '\r\n' : '\n')

/** The lines with others put in at a place. A last line that has no end gets one, where something comes after it. */
export function insertLines(
  lines: readonly string[],
  at: number,
  added: readonly string[],
  end: string,
): string[] {
  const ended = lines.map((raw, i) => (i === at - 1 && !raw.endsWith('\n') ? raw + end : raw))
  return ended.toSpliced(at, 0, ...added)
}
