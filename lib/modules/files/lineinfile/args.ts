import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { regularExpression } from '../../../core/schemas.ts'
import { type FileEditArgs, fileEditArgs } from '../../shared/file-edit-args.ts'

const own = {
  /** The line, without a line ending. Required unless `state` is `absent`. With `backrefs`, `$1` is the first group. */
  line: z
    .string()
    .regex(/^[^\n\r]*$/, 'must be one line: use blockinfile for several')
    .optional(),
  /** `absent` removes every line that matches. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
  /** The last line that matches is replaced with `line`. @default `line` itself */
  regexp: regularExpression.optional(),
  /** Like `regexp`, but matches lines that contain this text. @default none */
  searchString: z.string().min(1).optional(),
  /** `line` may contain groups of `regexp`: `$1`, `$<name>`, and `$$` for a dollar. If no line matches, none is added. @default false */
  backrefs: z.boolean().optional(),
  /** A new line is inserted after the last line that matches, at the end (`EOF`) or at the beginning (`BOF`). @default 'EOF' */
  insertAfter: z.union([z.literal(['EOF', 'BOF']), regularExpression]).optional(),
  /** A new line is inserted before the last line that matches, or at the beginning (`BOF`). @default see `insertAfter` */
  insertBefore: z.union([z.literal('BOF'), regularExpression]).optional(),
  /** `regexp`, `searchString`, `insertAfter` and `insertBefore` use the first match instead of the last. @default false */
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
