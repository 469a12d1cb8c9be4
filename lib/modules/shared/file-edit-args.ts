import * as z from '../../core/lazy-zod.ts'
import type { ArgsOf } from '../../core/args-of.ts'
import { absolutePath } from '../../core/schemas.ts'
import { type AccessArgs, accessArgs } from './access.ts'
import { type WriteArgs, writeArgs } from './write-args.ts'

const own = {
  /** Absolute path of the file on the host. A symbolic link is an error, which names the target of the link. */
  path: absolutePath,
  /** Create the file if it is missing. Its directory must exist. @default false: a missing file is an error */
  create: z.boolean().optional(),
}

/**
 * The arguments that every module made by `defineFileEdit` takes: `path`, `create`, `mode`, `owner`, `group`, `validate`,
 * `inPlace`, `backup`.
 *
 * @example
 * const args = z.strictObject({ ...fileEditArgs, line: z.string() })
 */
// Said with names: what a compiler infers for spread arguments of other files has lost their comments.
export const fileEditArgs: typeof own & typeof writeArgs & typeof accessArgs = {
  ...own,
  ...writeArgs,
  ...accessArgs,
}

/** What the modules that change the text of a file take alike. */
export interface FileEditArgs extends AccessArgs, WriteArgs, ArgsOf<typeof own> {}
