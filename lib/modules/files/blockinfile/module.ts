import type { Module } from '../../../core/module.ts'
import { type FileEditState, defineFileEdit } from '../../shared/define-file-edit.ts'
import { bare, insertLines, lineEnd, rawLines } from '../shared/raw-lines.ts'
import { type BlockinfileArgs, args } from './args.ts'

/**
 * Lines in a text file between two marker lines, by which the block is found again.
 *
 * As in Ansible, an empty block is none. Other than in Ansible, patterns are JavaScript's, the lines get the ends that the
 * file's lines have, nothing has to be there where no block is wanted, and a link is an error: name the file. To take over a
 * block of Ansible's, give its marker: `'# {mark} ANSIBLE MANAGED BLOCK'`.
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
