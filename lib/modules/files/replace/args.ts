import { z } from 'zod'
import type { ArgsOf } from '../../../core/args-of.ts'
import { type FileEditArgs, fileEditArgs } from '../../shared/file-edit-args.ts'

const pattern = z.instanceof(RegExp)
const { create: _, ...everyFile } = fileEditArgs

const own = {
  /** What is replaced, each time that it matches. `^` and `$` match at the ends of each line. */
  regexp: pattern,
  /** What takes its place: `$1`, `$<name>`, `$&` for the match, `$$` for a dollar. Must not match again. @default '' */
  replace: z.string().optional(),
  /** Only behind the first match of this; `.` matches line ends too. @default from the beginning */
  after: pattern.optional(),
  /** Only before this: the first match behind `after`, or the last one of the file. @default to the end */
  before: pattern.optional(),
}

export interface ReplaceArgs extends Omit<FileEditArgs, 'create'>, ArgsOf<typeof own> {}

export const args = z.strictObject({ ...own, ...everyFile })
