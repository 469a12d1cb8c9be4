import type { Module } from '../../../core/module.ts'
import { type FileEditState, defineFileEdit } from '../../shared/define-file-edit.ts'
import { linesOf } from '../../shared/edit-lines.ts'
import { type BlockinfileArgs, args } from './args.ts'

/**
 * Manages a block of lines in a text file. Two marker lines around the block show later runs where it is.
 *
 * As in Ansible, an empty block is removed. Unlike in Ansible, patterns are JavaScript regular expressions, the block gets
 * the line endings of the file, a missing file is not an error if the block is to be absent, and a symbolic link is an error:
 * use the path of its target. To take over a block that Ansible wrote, set `marker: '# {mark} ANSIBLE MANAGED BLOCK'`.
 *
 * @dryRun Reads the file, and shows the diff against what earlier tasks would leave in it: each edit of a file shows its own
 * lines. Later tasks see the new text, size, mode and owner. `validate` is not run. A missing file fails, unless `create` is
 * true, an earlier task would write it, or there is nothing to write.
 *
 * @example
 * blockinfile('hosts of the cluster', { path: '/etc/hosts', block: '10.0.0.1 node-a\n10.0.0.2 node-b\n' })
 */
export const blockinfile: Module<BlockinfileArgs, FileEditState> = defineFileEdit({
  name: 'blockinfile',
  args,
  ansible: { content: 'block' },
  editLines: (all, given) => {
    const { marker = '# {mark} MANAGED BY run-playbook', markerBegin = 'BEGIN', markerEnd = 'END' } = given
    const begins = marker.replaceAll('{mark}', () => markerBegin)
    const ends = marker.replaceAll('{mark}', () => markerEnd)
    const body = linesOf(given.state === 'absent' ? '' : (given.block ?? ''))
    const block = body.length === 0 ? [] : [begins, ...body, ends]
    const { lines, at } = withoutBlock(all, begins, ends)
    const place = at ?? placeOf(given, lines)
    return lines.toSpliced(place, 0, ...spaced(block, lines, place, given))
  },
})

/** The lines without the block, and where it was; `undefined` where it was not. */
function withoutBlock(lines: readonly string[], begins: string, ends: string) {
  const [from, to] = [lines.lastIndexOf(begins), lines.lastIndexOf(ends)]
  if (from < 0 || to < 0) return { lines, at: undefined }
  const at = Math.min(from, to)
  return { lines: lines.toSpliced(at, Math.abs(to - from) + 1), at }
}

function placeOf({ insertAfter, insertBefore }: BlockinfileArgs, lines: readonly string[]): number {
  if (insertBefore === 'BOF') return 0
  const pattern = insertBefore ?? insertAfter
  const found = pattern instanceof RegExp ? lines.findLastIndex((one) => pattern.test(one)) : -1
  if (found < 0) return lines.length
  return insertBefore === undefined ? found + 1 : found
}

/** The block with the empty lines that are asked for. */
function spaced(
  block: readonly string[],
  lines: readonly string[],
  at: number,
  { prependNewline = false, appendNewline = false }: BlockinfileArgs,
): readonly string[] {
  const apart = (line: string | undefined): string[] => (line === undefined || line === '' ? [] : [''])
  if (block.length === 0) return []
  return [
    ...(prependNewline ? apart(lines[at - 1]) : []),
    ...block,
    ...(appendNewline ? apart(lines[at]) : []),
  ]
}
