import type { Node } from 'jsonc-parser'
import { lineEnd } from '../../shared/edit-lines.ts'
import type { JsonValue } from '../../shared/json-value.ts'

/** How a text is laid out. */
export interface Layout {
  /** What a level is set in by. Undefined where all is in one line. */
  readonly unit: string | undefined
  /** Stands behind a colon, and behind a comma within a line. */
  readonly space: string
  readonly end: string
}

export function layoutOf(text: string, root: Node | undefined): Layout {
  const first = root?.children?.[0]
  const isOneLine = first !== undefined && !text.slice(root?.offset, endOf(root)).includes('\n')
  const colon = firstColon(root)
  const space = colon === undefined ? !isOneLine : /\s/.test(text.charAt(colon + 1))
  return { unit: isOneLine ? undefined : unitOf(text, first), space: space ? ' ' : '', end: lineEnd(text) }
}

function firstColon(node: Node | undefined): number | undefined {
  if (node?.colonOffset !== undefined) return node.colonOffset
  for (const child of node?.children ?? []) {
    const found = firstColon(child)
    if (found !== undefined) return found
  }
  return undefined
}

function unitOf(text: string, first: Node | undefined): string {
  if (first !== undefined && startsLine(text, first.offset)) return indentOf(text, first.offset)
  return /\n([ \t]+)["{[]/.exec(text)?.[1] ?? '  '
}

export const endOf = (node: Node | undefined): number => (node === undefined ? 0 : node.offset + node.length)

export const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1

/** Whether only spaces stand before it in its line. */
export const startsLine = (text: string, offset: number): boolean =>
  /^[ \t]*$/.test(text.slice(lineStart(text, offset), offset))

/** What the line of a place is set in by. */
export const indentOf = (text: string, offset: number): string =>
  /^[ \t]*/.exec(text.slice(lineStart(text, offset), offset))?.[0] ?? ''

/** A value as the text is laid out, in a line that is set in by `indent`. */
export function written(value: JsonValue, { unit, space, end }: Layout, indent: string): string {
  // JSON has no line breaks and tabs within a text: those that are there were made here.
  const lines = JSON.stringify(value, null, '\t').replace(
    /^(\t*"(?:[^"\\]|\\.)*"): /gm,
    (_, name: string) => `${name}:${space}`,
  )
  if (unit !== undefined)
    return lines.replace(/\n(\t*)/g, (_, tabs: string) => `${end}${indent}${unit.repeat(tabs.length)}`)
  return lines
    .replace(/\n\t*/g, '\n')
    .replace(/(?<=[{[])\n|\n(?=[}\]])/g, '')
    .replaceAll('\n', space)
}
