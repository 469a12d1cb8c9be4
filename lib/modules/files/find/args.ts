import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { mapSchema } from '../../../core/map-schema.ts'
import { absolutePath, fileMode, regularExpression } from '../../../core/schemas.ts'
import { listOf } from '../../shared/list-of.ts'

const pattern = z.union([
  z.string().regex(/^[^\0/]+$/, 'must be a pattern of a name, without a slash'),
  regularExpression,
])
const patterns = z.union([pattern, z.array(pattern).min(1).readonly()])
const oneLine = /^[^\0\n\r]+$/

const shape = {
  /** Absolute path of a directory on the host, or several. What is in it is looked at, not the directory itself. */
  paths: z.union([absolutePath, z.array(absolutePath).min(1).readonly()]),
  /**
   * Names that are wanted: patterns of a shell, such as `*.log`, or regular expressions, such as `/^app-\d+$/`. They are compared with
   * the last part of the path. One of them has to match.
   *
   * @default all
   */
  patterns: patterns.optional(),
  /** Names that are left out, as for `patterns`. @default none */
  excludes: patterns.optional(),
  /** What is wanted. @default 'file' */
  fileType: z.enum(['any', 'directory', 'file', 'link']).optional(),
  /** Look into directories in it too. Links are not followed. @default false */
  recurse: z.boolean().optional(),
  /** With `recurse`: how many levels of directories. 1 is what is in the directory itself. @default no limit */
  depth: z.int().positive().optional(),
  /** Also names that begin with a dot. @default false */
  hidden: z.boolean().optional(),
  /**
   * Age at least: seconds, or a number with `s`, `m`, `h`, `d` or `w`, such as `'2d'`. Below 0, at most: `'-1h'` is what changed within the last hour.
   *
   * @default any
   */
  age: z
    .union([z.int(), z.string().regex(/^-?\d{1,9}[smhdw]?$/i, "must be a number and a unit, such as '2d'")])
    .optional(),
  /** Which time `age` counts from: of the last change of content, of the last change of content or mode, or of the last access. @default 'mtime' */
  ageStamp: z.enum(['mtime', 'ctime', 'atime']).optional(),
  /**
   * Size of files at least: bytes, or a number with `b`, `k`, `m`, `g` or `t`, such as `'10m'`. Below 0, at most.
   *
   * @default any
   */
  size: z
    .union([z.int(), z.string().regex(/^-?\d{1,9}[bkmgt]?$/i, "must be a number and a unit, such as '10m'")])
    .optional(),
  /** What a line of the file has to match: an extended regular expression of `grep -E`. Of files only. @default anything */
  contains: z.string().regex(oneLine, 'must be one line').optional(),
  /** Mode that it has: four octal digits in quotes, such as `'4755'`. @default any */
  mode: fileMode.optional(),
  /** With `false`, `mode` is bits that it has to have, and others may be set too. @default true */
  exactMode: z.boolean().optional(),
  /** Compute the SHA-256 of files. @default false */
  checksum: z.boolean().optional(),
}

export interface FindArgs extends ArgsOf<typeof shape> {}

const schema = z
  .strictObject(shape)
  .refine(({ recurse, depth }) => depth === undefined || recurse === true, {
    path: ['depth'],
    error: 'goes with recurse: true only',
  })
  .refine(({ fileType = 'file', contains }) => contains === undefined || fileType === 'file', {
    path: ['contains'],
    error: "goes with fileType 'file' only",
  })
  .refine(({ mode, exactMode }) => exactMode === undefined || mode !== undefined, {
    path: ['exactMode'],
    error: 'goes with mode only',
  })

/** The arguments, with lists for what may be one. */
export interface Find extends Omit<FindArgs, 'paths' | 'patterns' | 'excludes' | 'age' | 'size'> {
  readonly paths: readonly string[]
  readonly patterns: readonly (string | RegExp)[]
  readonly excludes: readonly (string | RegExp)[]
  /** Seconds. */
  readonly age: number | undefined
  /** Bytes. */
  readonly size: number | undefined
}

const AGES: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }
const SIZES: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 }

const measure = (
  given: string | number | undefined,
  units: Readonly<Record<string, number>>,
): number | undefined => {
  if (given === undefined || typeof given === 'number') return given
  const [, count, unit = ''] = /^(-?\d+)(\D?)$/.exec(given) ?? []
  return Number(count) * (units[unit.toLowerCase()] ?? 1)
}

export const args = mapSchema(schema, ({ paths, patterns: wanted, excludes, age, size, ...rest }): Find => ({
  ...rest,
  paths: typeof paths === 'string' ? [paths] : paths,
  patterns: listOf(wanted),
  excludes: listOf(excludes),
  age: measure(age, AGES),
  size: measure(size, SIZES),
}))
