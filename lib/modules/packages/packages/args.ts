import { z } from 'zod'

export interface PackagesArgs {
  /** As the host's package manager calls them. Real packages, not virtual ones that others provide. */
  readonly names: string | readonly string[]
  /**
   * `latest` (apt only) is the newest that the package lists know, which are fetched first when they are older than a day.
   *
   * @default 'present'
   */
  readonly state?: 'present' | 'absent' | 'latest' | undefined
  /**
   * Whether the package lists are fetched: `auto` when they are older than a day or do not know a package.
   *
   * @default 'auto'
   */
  readonly update?: 'auto' | 'never' | undefined
}

// No dash in front, which would be an option, and no * that dpkg-query would expand.
const packageName = z.string().regex(/^[A-Za-z0-9][\w.+:@-]*$/, 'must be the name of a package')

export const args: z.ZodType<PackagesArgs> = z.strictObject({
  names: z.union([packageName, z.array(packageName).min(1)]),
  state: z.enum(['present', 'absent', 'latest']).optional(),
  update: z.enum(['auto', 'never']).optional(),
})

export const listOf = ({ names }: PackagesArgs): string[] => [
  ...new Set(typeof names === 'string' ? [names] : names),
]
