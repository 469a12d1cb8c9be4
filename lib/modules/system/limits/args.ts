import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { mapSchema } from '../../../core/map-schema.ts'
import { absolutePath } from '../../../core/schemas.ts'
import { type FileEditArgs, fileEditArgs } from '../../shared/file-edit-args.ts'

const ITEMS = [
  'as',
  'chroot',
  'core',
  'cpu',
  'data',
  'fsize',
  'locks',
  'maxlogins',
  'maxsyslogins',
  'memlock',
  'msgqueue',
  'nice',
  'nofile',
  'nonewprivs',
  'nproc',
  'priority',
  'rss',
  'rtprio',
  'sigpending',
  'stack',
] as const

const NAME = String.raw`[A-Za-z0-9_][\w.@$-]*`
const RANGE = String.raw`\d+:\d*|:\d+`
/** Users, groups with an at sign, ranges of IDs, and all; a percent sign is for `maxlogins` of a group. */
const DOMAIN = new RegExp(`^(\\*|%|${NAME}|${RANGE}|[@%]${NAME}|@${RANGE}|[@%]:\\d+)$`)

const DEFAULT = '/etc/security/limits.d/99-run-playbook.conf'

const own = {
  /** Whose limit it is: a user, `@group`, `*` for all but root, or numbers as in `1000:` or `@500:600`. */
  domain: z.string().regex(DOMAIN, 'must be a user, @group, *, % or a range of IDs such as 1000:'),
  /** `soft` is what a program starts with, and may raise as far as `hard`; `-` is both. */
  type: z.enum(['soft', 'hard', '-']),
  /** What is limited, such as `nofile`, the number of open files. */
  item: z.enum(ITEMS),
  /** The limit, in the unit of limits.conf(5), or `unlimited`. Required unless `state` is `absent`. */
  value: z.union([z.int().min(-20), z.literal('unlimited'), absolutePath]).optional(),
  /** Leave a limit that is higher. @default false */
  useMax: z.boolean().optional(),
  /** Leave a limit that is lower. @default false */
  useMin: z.boolean().optional(),
  /** A comment at the end of the line. @default that of the line that is there, otherwise none */
  comment: z
    .string()
    .regex(/^[^\0\n\r]*$/, 'must be one line')
    .optional(),
  /** `absent` removes the line. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
  /**
   * The file that has the limit. Its directory must exist. Files are read in the order of their names, and after
   * `/etc/security/limits.conf`: the last one counts.
   *
   * @default '/etc/security/limits.d/99-run-playbook.conf'
   */
  path: absolutePath
    .refine((path) => !/\/limits\.d\/[^/]*$/.test(path) || path.endsWith('.conf'), {
      error: 'must end in .conf: other files in limits.d are not read',
    })
    .optional(),
  /** Create the file if it is missing. @default true */
  create: z.boolean().optional(),
}

export interface LimitsArgs extends Omit<FileEditArgs, 'path' | 'create'>, ArgsOf<typeof own> {}

/** The arguments, with the path. */
export interface Limit extends LimitsArgs {
  readonly path: string
}

const schema = z.strictObject({ ...fileEditArgs, ...own }).superRefine((given, context) => {
  const { state, value, useMax, useMin } = given
  const wrong = (path: keyof LimitsArgs, message: string): void =>
    context.addIssue({ code: 'custom', path: [path], message })
  if (state === 'absent') {
    for (const name of ['value', 'useMax', 'useMin', 'comment'] as const)
      if (given[name] !== undefined) wrong(name, 'does not go with state: absent')
    return
  }
  if (value === undefined) return wrong('value', 'is needed unless state is absent')
  const message = wrongValue(given)
  if (message !== undefined) wrong('value', message)
  if (useMax === true && useMin === true) wrong('useMax', 'either useMax or useMin, not both')
  if (given.item === 'chroot' && (useMax === true || useMin === true))
    wrong('useMax', 'is for numbers, and chroot is a path')
})

/** Why PAM would not take the value, or would let nobody in for it. */
function wrongValue({ item, value }: LimitsArgs): string | undefined {
  if (item === 'chroot')
    return typeof value === 'string' && value !== 'unlimited' ? undefined : 'must be a path'
  if (typeof value === 'string' && value !== 'unlimited') return 'must be a number or unlimited'
  const [least, most] = RANGES[item] ?? [0, Infinity]
  if (value === 'unlimited') return item in RANGES ? `must be a number for ${item}` : undefined
  return value !== undefined && (value < least || value > most)
    ? `must be at least ${least}${most === Infinity ? '' : `, at most ${most}`} for ${item}`
    : undefined
}

// An unlimited nofile is refused by the kernel, and older PAM then refuses the login.
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  nofile: [1, Infinity],
  nice: [-20, 19],
  priority: [-20, 19],
  nonewprivs: [0, 1],
}

export const args = mapSchema(schema, ({ path = DEFAULT, create = true, ...rest }): Limit => ({
  ...rest,
  path,
  create,
}))
