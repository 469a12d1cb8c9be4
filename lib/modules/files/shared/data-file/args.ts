import * as z from '../../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../../core/args-of.ts'
import { type FileEditArgs, fileEditArgs } from '../../../shared/file-edit-args.ts'
import { type JsonValue, jsonValue } from '../../../shared/json-value.ts'

/** Where a value stands: a text is a name in an object, a number a position in a list, from 0. */
export type DataKey = readonly (string | number)[]

/** Names with their values. */
export type DataValues = Readonly<Record<string, JsonValue>>

const dataKey: z.ZodType<DataKey, DataKey> = z
  .array(z.union([z.string(), z.int().min(0)]))
  .min(1)
  .readonly()
const dataValues: z.ZodType<DataValues, DataValues> = z.record(z.string(), jsonValue).readonly()

const own = {
  /**
   * Where the value stands: `['log-opts', 'max-size']`. A text is a name in an object; a number is a position in a list, from 0, and the
   * length of the list is one more item. Objects on the way are made.
   *
   * @default the whole file, with `values`
   */
  key: dataKey.optional(),
  /** The value at `key`: a text, number, true, false, null, list or object. It replaces what is there. Required unless `values`, `items` or `state: 'absent'` is given. */
  value: jsonValue.optional(),
  /** Names with their values, which are set in the object at `key`; other names stay. Objects in it are set the same way. Use either this or `value`. */
  values: dataValues.optional(),
  /** What the list at `key` must have; what it lacks is added at the end. With `state: 'absent'`, what it must not have. Use either this or `value`. */
  items: z.array(jsonValue).min(1).readonly().optional(),
  /** `absent` removes `key`, or only `items` from its list. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
}

const create = {
  /** Create the file if it is missing. Its directory must exist. @default true */
  create: z.boolean().default(true),
}

/** What `jsonFile` and `yamlFile` take alike. */
export interface DataFileArgs
  extends Omit<FileEditArgs, 'create'>, ArgsOf<typeof own>, ArgsOf<typeof create> {}

/** What of it is about the data. */
export type DataEdit = Pick<DataFileArgs, keyof typeof own>

const given = ({ value, values, items }: DataEdit): number =>
  [value, values, items].filter((one) => one !== undefined).length

export const args = z
  .strictObject({ ...own, ...fileEditArgs, ...create })
  .refine((edit) => given(edit) < 2, { path: ['value'], error: 'only one of value, values and items' })
  .refine((edit) => edit.state === 'absent' || given(edit) > 0, {
    path: ['value'],
    error: 'give value, values or items, unless state is absent',
  })
  .refine(({ state, value, values }) => state !== 'absent' || (value ?? values) === undefined, {
    path: ['state'],
    error: 'absent goes with key and items alone',
  })
  .refine(({ key, values }) => key !== undefined || values !== undefined, {
    path: ['key'],
    error: 'is needed, unless values is given',
  })
  .refine(
    ({ state, key = [], items }) =>
      state !== 'absent' || items !== undefined || typeof key.at(-1) !== 'number',
    {
      path: ['key'],
      error: 'must end in a name: to remove items of a list, give them in items, because positions move',
    },
  )
