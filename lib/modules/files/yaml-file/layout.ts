import type { Document, ToStringOptions } from 'yaml'
import { linesOf } from '../../shared/edit-lines.ts'
import { library } from './library.ts'

/** How a text is laid out, in what the library can choose. */
function layoutOf(text: string): ToStringOptions {
  const [, indent = '  '] = /^( {1,8})[^\s#-]/m.exec(text) ?? []
  return {
    indent: indent.length,
    indentSeq: !/^( *)[^\s#-][^\n]*:[ \t]*\n\1- /m.test(text),
    flowCollectionPadding: !/^(?:.*[:-] +)?[{[][^\s\]}]/m.test(text),
    // A long line stays one.
    lineWidth: 0,
  }
}

/**
 * The text of a document that was changed. Only the lines that the change is about are written, where that is possible: the library would
 * also write all others as it likes them.
 *
 * @param text as it was
 * @param before the document of that text
 * @param isRight whether a text says what is wanted
 */
export function rewritten(
  text: string,
  before: Document,
  after: Document,
  isRight: (text: string) => boolean,
): string {
  const layout = layoutOf(text)
  const made = after.toString(layout)
  const old = aligned(linesOf(text), linesOf(before.toString(layout)))
  if (old === undefined) return made
  const kept = [true, false].map((isShifted) => merged(old, linesOf(made), isShifted))
  const end = text === '' || text.endsWith('\n') ? '\n' : ''
  return kept.map((lines) => lines.join('\n') + end).find(isRight) ?? made
}

/** A line as the library writes it, and those of the text that it stands for. */
interface Aligned {
  readonly line: string
  readonly own: readonly string[]
}

/** Undefined where the library breaks lines elsewhere. */
function aligned(text: readonly string[], written: readonly string[]): readonly Aligned[] | undefined {
  const found: Aligned[] = []
  let at = 0
  for (const line of written) {
    const from = at
    // Empty lines become one, or none.
    if (line.trim() !== '') while (text[at]?.trim() === '') at++
    if (squeezed(text[at]) !== squeezed(line)) return undefined
    at++
    if (line.trim() === '') while (text[at]?.trim() === '') at++
    found.push({ line, own: text.slice(from, at) })
  }
  return text.slice(at).every((line) => line.trim() === '') ? found : undefined
}

const squeezed = (line: string | undefined): string | undefined => line?.replace(/\s/g, '')

/** The lines of the text with what changed. A new line is set in as the one before it, where that is set in otherwise. */
function merged(old: readonly Aligned[], made: readonly string[], isShifted: boolean): string[] {
  const { diff } = library.value
  const lines: string[] = []
  let at = 0
  let shift = 0
  for (const { value, added, removed } of diff.diffArrays(
    old.map(({ line }) => line),
    [...made],
  )) {
    if (added) {
      lines.push(...value.map((line) => (isShifted ? shifted(line, shift) : line)))
      continue
    }
    for (const { line, own } of old.slice(at, at + value.length)) {
      shift = indentOf(own.at(-1) ?? '') - indentOf(line)
      if (!removed) lines.push(...own)
    }
    at += value.length
  }
  return lines
}

const indentOf = (line: string): number => line.length - line.trimStart().length

const shifted = (line: string, shift: number): string =>
  line.trim() === '' ? line : ' '.repeat(Math.max(0, indentOf(line) + shift)) + line.trimStart()
