import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { regularExpression } from '../../../core/schemas.ts'
import { type FileEditArgs, fileEditArgs } from '../../shared/file-edit-args.ts'

const oneLine = z.string().regex(/^[^\n\r]*$/, 'must be one line')

const own = {
  /** The lines between the markers. If it is empty, the block and its markers are removed. @default '' */
  block: z.string().optional(),
  /** `absent` removes the block and its markers. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
  /**
   * The marker lines before and after the block. `{mark}` stands for `markerBegin` or `markerEnd`. If a file has several
   * blocks, each one needs its own marker.
   *
   * @default '# {mark} MANAGED BY run-playbook'
   */
  marker: oneLine.includes('{mark}', { error: 'must contain {mark}' }).optional(),
  /** Replaces `{mark}` in the line before the block. @default 'BEGIN' */
  markerBegin: oneLine.optional(),
  /** Replaces `{mark}` in the line after the block. @default 'END' */
  markerEnd: oneLine.optional(),
  /** A new block is inserted after the last line that matches, or at the end of the file (`EOF`). @default 'EOF' */
  insertAfter: z.union([z.literal('EOF'), regularExpression]).optional(),
  /** A new block is inserted before the last line that matches, or at the beginning (`BOF`). @default see `insertAfter` */
  insertBefore: z.union([z.literal('BOF'), regularExpression]).optional(),
  /** Add an empty line before the block, unless there is one or the block begins the file. @default false */
  prependNewline: z.boolean().optional(),
  /** Add an empty line after the block, unless there is one or the block ends the file. @default false */
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
