import { z } from 'zod'
import type { ArgsOf } from '../../../core/args-of.ts'
import { type FileEditArgs, fileEditArgs } from '../../shared/file-edit-args.ts'

const oneLine = z.string().regex(/^[^\n\r]*$/, 'must be one line')

const own = {
  /** The lines between the markers. Without any, and with `state: 'absent'`, the block goes with its markers. @default '' */
  block: z.string().optional(),
  /** Whether the block is to be there. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
  /**
   * The lines before and after the block; `{mark}` is `markerBegin` or `markerEnd`. Each block of a file needs its own.
   *
   * @default '# {mark} MANAGED BY run-playbook'
   */
  marker: oneLine.includes('{mark}', { error: 'must contain {mark}' }).optional(),
  /** What `{mark}` is in the line before the block. @default 'BEGIN' */
  markerBegin: oneLine.optional(),
  /** What `{mark}` is in the line after the block. @default 'END' */
  markerEnd: oneLine.optional(),
  /** Where a new block goes: after the last line that matches, or to the end. @default 'EOF' */
  insertAfter: z.union([z.literal('EOF'), z.instanceof(RegExp)]).optional(),
  /** Where a new block goes: before the last line that matches, or to the beginning. @default as `insertAfter` says */
  insertBefore: z.union([z.literal('BOF'), z.instanceof(RegExp)]).optional(),
  /** An empty line before the block, unless there is one or it is the first. @default false */
  prependNewline: z.boolean().optional(),
  /** An empty line after the block, unless there is one or it is the last. @default false */
  appendNewline: z.boolean().optional(),
}

export interface BlockinfileArgs extends FileEditArgs, ArgsOf<typeof own> {}

export const args = z
  .strictObject({ ...own, ...fileEditArgs })
  .refine(({ insertAfter, insertBefore }) => insertAfter === undefined || insertBefore === undefined, {
    path: ['insertBefore'],
    error: 'either insertAfter or insertBefore, not both',
  })
  .refine(({ markerBegin = 'BEGIN', markerEnd = 'END' }) => markerBegin !== markerEnd, {
    path: ['markerEnd'],
    error: 'must differ from markerBegin',
  })
