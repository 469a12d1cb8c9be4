import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'

// No dash in front, which would be an option, and no * that dpkg-query would expand.
const packageName = z.string().regex(/^[A-Za-z0-9][\w.+:@-]*$/, 'must be the name of a package')

const shape = {
  /** Package names, as in the package manager of the host. Virtual packages are not supported. */
  names: z.union([packageName, z.array(packageName).min(1).readonly()]),
  /**
   * `latest` (apt only) upgrades to the newest version in the package lists. The lists are updated first if they are older
   * than a day.
   *
   * @default 'present'
   */
  state: z.enum(['present', 'absent', 'latest']).optional(),
  /**
   * Whether to update the package lists. `auto` updates them if they are older than a day or do not contain a package.
   *
   * @default 'auto'
   */
  update: z.enum(['auto', 'never']).optional(),
  /**
   * Allow apt to remove packages that conflict with the new ones. Otherwise that is an error, which names them.
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
