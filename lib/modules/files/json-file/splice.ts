import type { Node } from 'jsonc-parser'
import { type Layout, endOf, indentOf, lineStart, startsLine } from './layout.ts'

// One way to read each text, so that a hostile one cannot make it take long.
const COMMENT = String.raw`\/\*(?:[^*]|\*(?!\/))*\*\/`
const COMMA = new RegExp(String.raw`(?:\s|${COMMENT}|\/\/[^\n]*)*,`, 'y')
const REST = new RegExp(String.raw`(?:[ \t]|${COMMENT})*(?:\/\/[^\n]*?)?(?=\r?\n)`, 'y')
const BLANKS = /[ \t]*/y

/** Where a match ends that begins at a place. */
function after(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at
  const found = pattern.exec(text)
  return found === null ? undefined : at + found[0].length
}

const cut = (text: string, from: number, to: number, instead = ''): string =>
  text.slice(0, from) + instead + text.slice(to)

/** The text with one more entry at the end of an object or list. Comments behind the last entry stay with it. */
export function withEntry(text: string, holder: Node, entry: string, layout: Layout): string {
  const { unit, space, end } = layout
  const last = holder.children?.at(-1)
  if (last === undefined) return inEmpty(text, holder, entry, layout)
  const comma = after(COMMA, text, endOf(last))
  const behind = comma ?? endOf(last)
  const line = after(REST, text, behind)
  const isOwnLine = startsLine(text, last.offset)
  // A text of several lines may have lists within one.
  if (unit === undefined || line === undefined || !isOwnLine) {
    const added =
      comma === undefined ? `,${space || (unit === undefined ? '' : ' ')}${entry}` : `${space}${entry},`
    return cut(text, behind, behind, added)
  }
  const added = `${end}${indentOf(text, last.offset)}${entry}${comma === undefined ? '' : ','}`
  const longer = cut(text, line, line, added)
  return comma === undefined ? cut(longer, behind, behind, ',') : longer
}

function inEmpty(text: string, holder: Node, entry: string, { unit, end }: Layout): string {
  const close = endOf(holder) - 1
  const inner = text.slice(holder.offset + 1, close).trimEnd()
  const from = holder.offset + 1 + inner.length
  if (unit === undefined) return cut(text, from, close, entry)
  const indent = indentOf(text, holder.offset)
  return cut(text, from, close, `${end}${indent}${unit}${entry}${end}${indent}`)
}

/** The text without one entry of an object or list. A comment behind it in its line goes with it, those above it stay. */
export function withoutEntry(text: string, holder: Node, index: number): string {
  const entries = holder.children ?? []
  const entry = entries[index]
  if (entry === undefined) return text
  const comma = after(COMMA, text, endOf(entry))
  const behind = comma ?? endOf(entry)
  const before = entries[index - 1]
  const shorter = cut(text, ...linesOf(text, entry, behind, before === undefined))
  // The last entry takes the comma of the one before it along.
  if (comma !== undefined || before === undefined) return collapsed(shorter, holder, entries.length)
  const mark = after(COMMA, text, endOf(before)) ?? 0
  return mark === 0 ? shorter : cut(shorter, mark - 1, mark)
}

/** What is cut: whole lines, where nothing else stands in them. */
function linesOf(text: string, entry: Node, behind: number, isFirst: boolean): readonly [number, number] {
  const line = after(REST, text, behind)
  if (line !== undefined && startsLine(text, entry.offset))
    return [lineStart(text, entry.offset), text.indexOf('\n', line) + 1]
  const blanks = after(BLANKS, text, behind) ?? behind
  if (isFirst) return [entry.offset, blanks]
  const lead = /[ \t]*$/.exec(text.slice(0, entry.offset))?.[0].length ?? 0
  return [entry.offset - lead, behind]
}

/** An object or list that had one entry is written as an empty one is. */
function collapsed(text: string, holder: Node, length: number): string {
  if (length > 1) return text
  const [whole = '', inner = ''] = /^[{[](\s*)[}\]]/.exec(text.slice(holder.offset)) ?? []
  return inner === '' ? text : cut(text, holder.offset + 1, holder.offset + whole.length - 1)
}
