import { type Reader, readerOfOne } from '../../../core/probe.ts'
import { type ResourceKind, defineResourceKind, paths } from '../../../core/resource.ts'
import { sh } from '../../../core/sh.ts'

/** Modules of the running kernel, by their names with underscores. */
export const kernelModules: ResourceKind = defineResourceKind('kernel-module')

/**
 * What the running kernel knows of a module: `loaded`, or `built-in`, which never goes; `available` for modprobe; `missing`; `none` where
 * the host has no modprobe.
 */
export type KernelModuleStatus = (typeof STATUSES)[number]

const STATUSES = ['loaded', 'built-in', 'available', 'missing', 'none'] as const

/** By the name with underscores. */
export const kernelModuleStatus: Reader<KernelModuleStatus> = readerOfOne<KernelModuleStatus>({
  name: 'kernel module',
  ask: (name) => sh`LC_ALL=C; export LC_ALL; PATH=$PATH:/usr/sbin:/sbin; name=${name}
if grep -qs "^$name " /proc/modules; then echo loaded
elif grep -qs ${`/${name.replaceAll('_', '[-_]')}\\.ko`} "/lib/modules/$(uname -r)/modules.builtin" || [ -d "/sys/module/$name" ]; then echo built-in
elif ! command -v modprobe >/dev/null; then echo none
elif modprobe -D "$name" >/dev/null 2>&1; then echo available
else echo missing; fi`,
  parse: ({ stdout }) => {
    const said = stdout.toString().trim()
    const status = STATUSES.find((one) => one === said)
    if (status !== undefined) return status
    throw new Error('the host does not say whether the kernel has the module')
  },
  sees: (name) => [kernelModules.at(name), paths.below('/lib/modules')],
})
