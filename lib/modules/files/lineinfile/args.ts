import { z } from 'zod'
import type { ArgsOf } from '../../../core/args-of.ts'
import { type FileEditArgs, fileEditArgs } from '../../shared/file-edit-args.ts'

const regexp = z.instanceof(RegExp)

const own = {
  /** The line, without its end. Needed unless `state` is `absent`. With `backrefs`, `$1` in it is the first group. */
  line: z
    .string()
    .regex(/^[^\n\r]*$/, 'must be one line: use blockinfile for several')
    .optional(),
  /** Whether the line is to be there. `absent` removes every line that matches. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
  /** The line that it replaces: the last one that matches. @default the line itself */
  regexp: regexp.optional(),
  /** As `regexp`, for a text that the line contains. @default none */
  searchString: z.string().min(1).optional(),
  /** `line` takes what `regexp` found: `$1`, `$<name>`, `$$` for a dollar. Without a match nothing is added. @default false */
  backrefs: z.boolean().optional(),
  /** Where a new line goes: after the last line that matches, or to an end of the file. @default 'EOF' */
  insertAfter: z.union([z.literal(['EOF', 'BOF']), regexp]).optional(),
  /** Where a new line goes: before the last line that matches, or to the beginning. @default as `insertAfter` says */
  insertBefore: z.union([z.literal('BOF'), regexp]).optional(),
  /** Take the first match instead of the last one, of `regexp`, `searchString`, `insertAfter`, `insertBefore`. @default false */
  firstMatch: z.boolean().optional(),
}

export interface LineinfileArgs extends FileEditArgs, ArgsOf<typeof own> {}

export const args = z
  .strictObject({ ...own, ...fileEditArgs })
  .refine(({ state, line }) => state === 'absent' || line !== undefined, {
    path: ['line'],
    error: 'is needed unless state is absent',
  })
  .refine(
    ({ state, line, regexp: found, searchString }) =>
      state !== 'absent' || (line ?? found ?? searchString) !== undefined,
    {
      path: ['state'],
      error: 'absent needs line, regexp or searchString, to know which lines go',
    },
  )
  .refine(({ regexp: found, searchString }) => found === undefined || searchString === undefined, {
    path: ['searchString'],
    error: 'either regexp or searchString, not both',
  })
  .refine(({ insertAfter, insertBefore }) => insertAfter === undefined || insertBefore === undefined, {
    path: ['insertBefore'],
    error: 'either insertAfter or insertBefore, not both',
  })
  .refine(({ backrefs, regexp: found }) => backrefs !== true || found !== undefined, {
    path: ['backrefs'],
    error: 'needs regexp',
  })
