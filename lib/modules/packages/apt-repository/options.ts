import * as z from '../../../core/lazy-zod.ts'

const words = z.string().regex(/^[A-Za-z0-9][\w.+-]*$/, 'must be one word')
const list = z.union([words, z.array(words).min(1).readonly()])

/** Fields of the file that few repositories need, as in sources.list(5). */
export const aptOptions = {
  /** Take the repository also where it is not signed, or the signature is wrong (`true`); or never trust it (`false`). @default as apt: the signature decides */
  trusted: z.boolean().optional(),
  /** Languages of descriptions that are fetched, or `none`. @default as apt: those of the system */
  languages: list.optional(),
  /** What is fetched beside packages, such as `Contents-deb`. @default as apt: its configuration */
  targets: list.optional(),
  /** Fetch only what differs from the lists that are there. @default as apt: true */
  pdiffs: z.boolean().optional(),
  /** Fetch lists by their hash: `true`, `false`, or `force` where the repository does not say that it can. @default as apt: if the repository can */
  byHash: z.union([z.boolean(), z.literal('force')]).optional(),
  /** Fetch lists without a signature, with a warning. @default as apt: false */
  allowInsecure: z.boolean().optional(),
  /** Take signatures and hashes that are too weak. @default as apt: false */
  allowWeak: z.boolean().optional(),
  /** Take a repository that was signed before and is not any more. @default as apt: false */
  allowDowngradeToInsecure: z.boolean().optional(),
  /** Refuse lists after the date that they are valid until. @default as apt: true */
  checkValidUntil: z.boolean().optional(),
  /** Refuse lists that are made in the future, by the clock of the host. @default as apt: true */
  checkDate: z.boolean().optional(),
  /** Seconds that the clock of the host may be behind. @default as apt: 10 */
  dateMaxFuture: z.int().min(0).optional(),
  /** Path of the file `InRelease`, from the address of the repository. @default as apt */
  inreleasePath: z
    .string()
    .regex(/^[\w+~-][\w.+~-]*(\/[\w+~-][\w.+~-]*)*$/, 'must be a relative path')
    .optional(),
}

const FIELDS: Readonly<Record<keyof typeof aptOptions, string>> = {
  trusted: 'Trusted',
  languages: 'Languages',
  targets: 'Targets',
  pdiffs: 'PDiffs',
  byHash: 'By-Hash',
  allowInsecure: 'Allow-Insecure',
  allowWeak: 'Allow-Weak',
  allowDowngradeToInsecure: 'Allow-Downgrade-To-Insecure',
  checkValidUntil: 'Check-Valid-Until',
  checkDate: 'Check-Date',
  dateMaxFuture: 'Date-Max-Future',
  inreleasePath: 'InRelease-Path',
}

const isName = (name: string): name is keyof typeof aptOptions => Object.hasOwn(aptOptions, name)

/** The options that are given, by the names of apt. */
export function optionFields(given: {
  readonly [Name in keyof typeof aptOptions]?: unknown
}): [string, unknown][] {
  return Object.keys(aptOptions)
    .filter(isName)
    .map((name): [string, unknown] => [FIELDS[name], given[name]])
}
