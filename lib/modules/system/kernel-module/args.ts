import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'

const shape = {
  /** Name of the module, such as `br_netfilter`. No alias: the kernel does not list modules by those. */
  name: z.string().regex(/^[A-Za-z0-9_][\w-]*$/, 'must be the name of a kernel module, such as br_netfilter'),
  /** `absent` unloads the module. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
  /**
   * Parameters with which it is loaded, such as `'numdummies=2'`. A module that is loaded already keeps those that it has.
   *
   * @default those that the host has for it
   */
  params: z
    .string()
    .regex(/^[\w-]+(=\S*)?( [\w-]+(=\S*)?)*$/, "must be parameters, such as 'numdummies=2'")
    .optional(),
  /** Load it at each boot too: the files `NAME.conf` in `/etc/modules-load.d` and `/etc/modprobe.d`. @default true */
  persistent: z.boolean().optional(),
}

export interface KernelModuleArgs extends ArgsOf<typeof shape> {}

export const args = z
  .strictObject(shape)
  .refine(({ state, params }) => state !== 'absent' || params === undefined, {
    path: ['params'],
    error: 'does not go with state: absent',
  })

export const loadFile = ({ name }: KernelModuleArgs): string => `/etc/modules-load.d/${name}.conf`
export const optionsFile = ({ name }: KernelModuleArgs): string => `/etc/modprobe.d/${name}.conf`
