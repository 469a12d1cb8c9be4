import { didYouMean } from '../core/suggest.ts'
import { BLOCK_NAMES } from './expressions.ts'

interface Tag {
  readonly name: string
  /** `line:column` of the name. */
  readonly at: string
  readonly line: number
}

const TAG = /\\?\{\{(?:!--[\s\S]*?--|!)|\\?\{\{~?(#)[>*]?\s*([^\s}~]+)|\{\{~?(\/)\s*([^\s}~]+)/g

/** Of a template that does not parse: the block that is not closed, or not by its own name. */
export function openBlock(
  text: string,
): { readonly at: string; readonly problem: string; readonly hint: string } | undefined {
  const open: Tag[] = []
  for (const { 0: all, 1: begins, 2: begun = '', 3: ends, 4: ended = '', index } of text.matchAll(TAG)) {
    if (all.startsWith('\\')) continue
    const name = begins === undefined ? ended : begun
    const lines = text.slice(0, index + all.length - name.length).split('\n')
    const line = lines.length
    const at = `${line}:${(lines.at(-1) ?? '').length + 1}`
    if (begins !== undefined) open.push({ name, at, line })
    if (ends === undefined) continue
    const last = open.pop()
    if (last === undefined)
      return { at, problem: `{{/${ended}}} closes no block`, hint: 'Remove it, or open the block.' }
    if (last.name !== ended)
      return {
        at: last.at,
        problem: `{{#${last.name}}} is closed by {{/${ended}}} on line ${line}`,
        hint: closing(last.name),
      }
  }
  const last = open.at(-1)
  return last && { at: last.at, problem: `{{#${last.name}}} is not closed`, hint: closing(last.name) }
}

function closing(name: string): string {
  const near = didYouMean(name, BLOCK_NAMES)
  return near === undefined || near === name ? `Write {{/${name}}} where it ends.` : `Did you mean #${near}?`
}
