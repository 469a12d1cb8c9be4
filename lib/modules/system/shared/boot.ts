import { BOOT_ID } from '../../../core/boot-id.ts'
import { readerOfOne } from '../../../core/probe.ts'
import { type ResourceKind, defineResourceKind, paths } from '../../../core/resource.ts'
import { raw, sh } from '../../../core/sh.ts'

/** How a boot of a host is told from another one. */
export interface Boot {
  /** The kernel's id of its boot. */
  readonly id: string
  /**
   * When process 1 was started, in ticks since the kernel was. A container has the kernel of its machine, so this
   * alone tells that it was restarted. Empty where it may not be seen.
   */
  readonly started: string
  /** The host asks for a reboot, as Debian does after an upgrade of the kernel. */
  readonly required: boolean
}

/** Boots of the host: only a reboot makes another one. */
export const boots: ResourceKind = defineResourceKind('boot')

/** Which boot of the host this is. */
export const boot = readerOfOne<Boot>({
  name: 'boot',
  ask: () =>
    `${BOOT_ID}\nif [ -e /run/reboot-required ] || [ -e /var/run/reboot-required ]; then echo required; fi`,
  parse: ({ stdout, stderr }) => {
    const [first = '', second] = stdout.toString().split('\n')
    const [, id, started = ''] = /^([0-9a-f-]{36}) (\d{0,20})$/.exec(first) ?? []
    if (id === undefined)
      throw new Error(`the host does not say which boot this is: ${stderr.toString().trim()}`)
    return { id, started, required: second === 'required' }
  },
  sees: () => [boots.all, paths.at('/run/reboot-required'), paths.at('/var/run/reboot-required')],
})

/** Whether the host was started anew between the two. */
export const isAnother = (before: Boot, after: Boot): boolean =>
  before.id !== after.id ||
  (before.started !== '' && after.started !== '' && before.started !== after.started)

/** POSIX sh that succeeds once the host was started anew. */
export const anotherBoot = ({ id, started }: Boot): string =>
  sh`set -- $(${raw(BOOT_ID)}); [ -n "$1" ] || exit
[ "$1" != ${id} ] || { [ -n "$2" ] && [ -n ${started === '' ? raw("''") : started} ] && [ "$2" != ${started === '' ? raw("''") : started} ]; }`
