import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { absolutePath } from '../../../core/schemas.ts'
import { accessArgs } from '../../shared/access.ts'
import { pathOf, wordsOf } from './name.ts'

const own = {
  /**
   * Name of the setting, as sysctl takes it. A dot in the name of an interface is written as a slash:
   * `net.ipv4.conf.eth0/100.rp_filter`.
   */
  name: z
    .string()
    .refine((name) => pathOf(name) !== undefined, 'must be the name of a setting, such as vm.swappiness'),
  /** The value. Several words have one space between them. `true` is 1, `false` is 0. Required unless `state` is `absent`. */
  value: z
    .union([
      z.int(),
      z.boolean(),
      z
        .string()
        .regex(/^[^\0\n\r]*$/, 'must be one line')
        .refine((text) => text.trim() !== '', 'must not be empty'),
    ])
    .optional(),
  /** `absent` removes the setting from the file. The running kernel keeps its value until the next boot. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
  /** Set the value in the running kernel too. With `false`, only the file changes, which the next boot reads. @default true */
  reload: z.boolean().optional(),
  /** Write the file also if the kernel does not have the setting. @default false: that is an error */
  ignoreErrors: z.boolean().optional(),
}

const file = {
  /**
   * The file that keeps the value for the next boot. Its directory must exist. Files are read in the order of their names,
   * whatever their directory is: a later one wins.
   *
   * @default '/etc/sysctl.d/99-run-playbook.conf'
   */
  file: absolutePath
    .refine((path) => !/\/sysctl\.d\/[^/]*$/.test(path) || path.endsWith('.conf'), {
      error: 'must end in .conf: other files in sysctl.d are not read',
    })
    .default('/etc/sysctl.d/99-run-playbook.conf'),
}

const { mode, owner, group } = accessArgs

export interface SysctlArgs extends ArgsOf<typeof own>, ArgsOf<typeof file>, ArgsOf<typeof accessArgs> {}

export const args = z
  .strictObject({ ...own, ...file, mode, owner, group })
  .refine(({ state, value }) => state === 'absent' || value !== undefined, {
    path: ['value'],
    error: 'is needed unless state is absent',
  })

/** The same, checked. */
export type SysctlValues = z.output<typeof args>

/** The value as it is written. */
export const valueOf = ({ value = '' }: Pick<SysctlArgs, 'value'>): string =>
  wordsOf(String(typeof value === 'boolean' ? Number(value) : value))

/** Where the kernel has the setting. */
export const procPath = ({ name }: Pick<SysctlArgs, 'name'>): string => pathOf(name) ?? name
