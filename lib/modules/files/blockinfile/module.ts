import type { Module } from '../../../core/module.ts'
import { type FileEditState, defineFileEdit } from '../../shared/define-file-edit.ts'
import { bare, insertLines, lineEnd, rawLines } from '../shared/raw-lines.ts'
import { type BlockinfileArgs, args } from './args.ts'

/**
 * Manages a block of lines in a text file. Two marker lines around the block show later runs where it is.
 *
 * As in Ansible, an empty block is removed. Unlike in Ansible, patterns are JavaScript regular expressions, the block gets
 * the line endings of the file, a missing file is not an error if the block is to be absent, and a symbolic link is an error:
 * use the path of its target. To take over a block that Ansible wrote, set `marker: '# {mark} ANSIBLE MANAGED BLOCK'`.
 *
 * @example
 * blockinfile('hosts of the cluster', { path: '/etc/hosts', block: '10.0.0.1 node-a\n10.0.0.2 node-b\n' })
 */
export const blockinfile: Module<BlockinfileArgs, FileEditState> = defineFileEdit({
  name: 'blockinfile',
  args,
  edit: (text, given) => {
    const { marker = '# {mark} MANAGED BY run-playbook', markerBegin = 'BEGIN', markerEnd = 'END' } = given
    const end = lineEnd(text)
    const begins = marker.replaceAll('{mark}', () => markerBegin)
    const ends = marker.replaceAll('{mark}', () => markerEnd)
    const body = rawLines(given.state === 'absent' ? '' : (given.block ?? ''))
    const block = body.length === 0 ? [] : [begins, ...body.map(bare), ends].map((line) => line + end)
    const { lines, at } = withoutBlock(rawLines(text), begins, ends)
    const place = at ?? placeOf(given, lines)
    if (at === undefined && block.length === 0) return text
    return insertLines(lines, place, spaced(block, lines, place, end, given), end).join('')
  },
})

/** The lines without the block, and where it was; `undefined` where it was not. */
function withoutBlock(lines: readonly string[], begins: string, ends: string) {
  const [from, to] = [begins, ends].map((marker) => lines.findLastIndex((raw) => bare(raw) === marker))
  if (from === undefined || to === undefined || from < 0 || to < 0) return { lines, at: undefined }
  const at = Math.min(from, to)
  return { lines: lines.toSpliced(at, Math.abs(to - from) + 1), at }
}

function placeOf({ insertAfter, insertBefore }: BlockinfileArgs, lines: readonly string[]): number {
  if (insertBefore === 'BOF') return 0
  const pattern = insertBefore ?? insertAfter
  const found = pattern instanceof RegExp ? lines.findLastIndex((raw) => bare(raw).search(pattern) >= 0) : -1
  if (found < 0) return lines.length
  return insertBefore === undefined ? found + 1 : found
}

const isEmpty = (raw: string): boolean => bare(raw) === ''

/** The block with the empty lines that are asked for. */
function spaced(
  block: readonly string[],
  lines: readonly string[],
  at: number,
  end: string,
  { prependNewline, appendNewline }: BlockinfileArgs,
): string[] {
  const [before, after] = [lines[at - 1], lines[at]]
  if (block.length === 0) return []
  return [
    ...(prependNewline === true && before !== undefined && !isEmpty(before) ? [end] : []),
    ...block,
    ...(appendNewline === true && after !== undefined && !isEmpty(after) ? [end] : []),
  ]
}
