import { z } from 'zod'
import type { ArgsOf } from '../../../core/args-of.ts'

// No dash in front, which would be an option, and no * that dpkg-query would expand.
const packageName = z.string().regex(/^[A-Za-z0-9][\w.+:@-]*$/, 'must be the name of a package')

const shape = {
  /** As the host's package manager calls them. Real packages, not virtual ones that others provide. */
  names: z.union([packageName, z.array(packageName).min(1).readonly()]),
  /**
   * `latest` (apt only) is the newest that the package lists know, which are fetched first when they are older than a day.
   *
   * @default 'present'
   */
  state: z.enum(['present', 'absent', 'latest']).optional(),
  /**
   * Whether the package lists are fetched: `auto` when they are older than a day or do not know a package.
   *
   * @default 'auto'
   */
  update: z.enum(['auto', 'never']).optional(),
  /**
   * apt may remove packages that are in the way of those that are installed. Otherwise that is an error that names them.
   *
   * @default false
   */
  allowRemoval: z.boolean().optional(),
}

export interface PackagesArgs extends ArgsOf<typeof shape> {}

export const args = z.strictObject(shape)

export const listOf = ({ names }: PackagesArgs): string[] => [
  ...new Set(typeof names === 'string' ? [names] : names),
]
