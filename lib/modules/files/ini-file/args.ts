import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { type FileEditArgs, fileEditArgs } from '../../shared/file-edit-args.ts'

const oneLine = z.string().regex(/^[^\n\r]*$/, 'must be one line')

const own = {
  /** Name of the section, without brackets. @default the lines before the first section */
  section: oneLine.min(1).optional(),
  /** Name of the option. @default the whole section */
  option: oneLine.regex(/^[^=[#;\s][^=]*$/, 'must be the name of an option').optional(),
  /** The value of the option. @default none: with `allowNoValue`, the line is only the name of the option */
  value: oneLine.optional(),
  /** Several values; each becomes a line of its own. Use either this or `value`. @default none */
  values: z.array(oneLine).min(1).optional(),
  /** `absent` removes the option or, without `option`, the whole section. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
  /** Remove all other lines of the option. With `false`, only the given values are added or removed. @default true */
  exclusive: z.boolean().optional(),
  /** Allow an option without `=` and a value. @default false */
  allowNoValue: z.boolean().optional(),
  /** Write `option=value` instead of `option = value`. @default false */
  noExtraSpaces: z.boolean().optional(),
  /** Do not change a line that differs only in the spaces around `=`. @default false */
  ignoreSpaces: z.boolean().optional(),
  /** If the option is commented out (`#option = …`), replace that line instead of adding one. @default true */
  modifyInactiveOption: z.boolean().optional(),
}

const create = {
  /** Create the file if it is missing. Its directory must exist. @default true */
  create: z.boolean().default(true),
}

export interface IniFileArgs
  extends Omit<FileEditArgs, 'create'>, ArgsOf<typeof own>, ArgsOf<typeof create> {}

/** The same with its defaults. */
export type IniEdit = Pick<IniFileArgs, keyof typeof own>

export const args = z
  .strictObject({ ...own, ...fileEditArgs, ...create })
  .refine(({ section, option }) => section !== undefined || option !== undefined, {
    path: ['option'],
    error: 'give section, option or both',
  })
  .refine(({ value, values }) => value === undefined || values === undefined, {
    path: ['values'],
    error: 'either value or values, not both',
  })
  .refine(({ option, value, values }) => option !== undefined || (value ?? values) === undefined, {
    path: ['option'],
    error: 'is needed with a value',
  })
  .refine(
    ({ state, option, value, values, allowNoValue }) =>
      state === 'absent' || option === undefined || allowNoValue === true || (value ?? values) !== undefined,
    { path: ['value'], error: 'is needed, unless allowNoValue or state: absent is given' },
  )
  .refine(
    ({ state, option, exclusive, value, values }) =>
      state !== 'absent' || option === undefined || exclusive !== false || (value ?? values) !== undefined,
    { path: ['value'], error: 'is needed with state: absent and exclusive: false, to know which lines go' },
  )
