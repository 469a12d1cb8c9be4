import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { regularExpression } from '../../../core/schemas.ts'
import { type FileEditArgs, fileEditArgs } from '../../shared/file-edit-args.ts'

const { create: _, ...everyFile } = fileEditArgs

const own = {
  /** The pattern; every match is replaced. `^` and `$` match at the beginning and end of each line. */
  regexp: regularExpression,
  /** The replacement. It may contain `$1`, `$<name>`, `$&` for the match and `$$` for a dollar. `regexp` must not match it. @default '' */
  replace: z.string().optional(),
  /** Replace only after the first match of this pattern; `.` also matches line endings. @default from the beginning */
  after: regularExpression.optional(),
  /** Replace only before this pattern: its first match after `after`, or without `after` its last match. @default to the end */
  before: regularExpression.optional(),
}

export interface ReplaceArgs extends Omit<FileEditArgs, 'create'>, ArgsOf<typeof own> {}

export const args = z.strictObject({ ...own, ...everyFile })
