import { z } from 'zod'
import type { ArgsOf } from '../../../core/args-of.ts'
import { type FileEditArgs, fileEditArgs } from '../../shared/file-edit-args.ts'

const oneLine = z.string().regex(/^[^\n\r]*$/, 'must be one line')

const own = {
  /** The section, without its brackets. @default the lines before the first section */
  section: oneLine.min(1).optional(),
  /** The option. @default the section as a whole */
  option: oneLine.regex(/^[^=[#;\s][^=]*$/, 'must be the name of an option').optional(),
  /** Its value. @default none: with `allowNoValue` the option stands alone */
  value: oneLine.optional(),
  /** Several values, one line each. Either this or `value`. @default none */
  values: z.array(oneLine).min(1).optional(),
  /** Whether the option, or the section as a whole, is to be there. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
  /** Other lines of the option go. With `false` only the given values are added or removed. @default true */
  exclusive: z.boolean().optional(),
  /** An option may stand without `=` and a value. @default false */
  allowNoValue: z.boolean().optional(),
  /** Write `option=value` instead of `option = value`. @default false */
  noExtraSpaces: z.boolean().optional(),
  /** Leave a line alone that differs in spaces around `=` only. @default false */
  ignoreSpaces: z.boolean().optional(),
  /** Take a line where the option is commented out (`#option = …`) instead of adding one. @default true */
  modifyInactiveOption: z.boolean().optional(),
}

const create = {
  /** Make the file if it is missing. Its folder must exist. @default true */
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
