/** The lines of a section, without its header: from the first to the one behind the last. */
export interface Range {
  readonly from: number
  readonly to: number
}

const HEADER = /^\s*\[\s*(.+?)\s*\]\s*(?:[#;].*)?$/

const headerOf = (line: string): string | undefined => HEADER.exec(line)?.[1]

/** Where a section stands, each time: a file may have it more than once. `undefined` is what is before the first. */
export function rangesOf(lines: readonly string[], section: string | undefined): Range[] {
  const headers = lines.flatMap((line, at) => {
    const name = headerOf(line)
    return name === undefined ? [] : [{ name, at }]
  })
  const end = (index: number): number => headers[index]?.at ?? lines.length
  if (section === undefined) return [{ from: 0, to: end(0) }]
  return headers.flatMap(({ name, at }, i) =>
    name === section.trim() ? [{ from: at + 1, to: end(i + 1) }] : [],
  )
}

/** Where a new line of the section goes: comments at its end are taken for those of the next section. */
export function endOf(lines: readonly string[], { from, to }: Range): number {
  const last = lines.slice(from, to).findLastIndex((line) => !/^\s*(?:[#;].*)?$/.test(line))
  return from + last + 1
}
