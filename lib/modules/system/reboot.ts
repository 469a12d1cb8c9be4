import * as z from '../../core/lazy-zod.ts'
import type { ArgsOf } from '../../core/args-of.ts'
import { type Module, type Plan, type Step, defineModule } from '../../core/module.ts'
import { ask } from '../../core/probe.ts'
import { type Resource, paths } from '../../core/resource.ts'
import { sh } from '../../core/sh.ts'
import { containers } from '../docker/shared/kinds.ts'
import { connectivity } from '../network/connectivity.ts'
import { wireguardInterfaces } from '../network/wireguard/reader.ts'
import { served } from '../shared/served.ts'
import { services } from '../shared/service.ts'
import { mounts } from '../shared/mounts.ts'
import { type Boot, anotherBoot, boot, boots, isAnother } from './shared/boot.ts'

const shape = {
  /** Reboot only if the host needs it: after an upgrade, Debian and Ubuntu create /run/reboot-required. @default false */
  ifNeeded: z.boolean().optional(),
  /** How long the host may take to come back, in milliseconds. @default 600_000, ten minutes */
  timeoutMs: z.int().min(1000).optional(),
  /** Allow to reboot the machine that run-playbook itself runs on (`local`, `chroot`), which ends the run. @default false */
  ownMachine: z.boolean().optional(),
  /** Message to the users who are logged in. @default 'rebooted by run-playbook' */
  message: z
    .string()
    .regex(/^[^\0\n\r-][^\0\n\r]*$/, 'must be one line that does not begin with a dash')
    .optional(),
}

export interface RebootArgs extends ArgsOf<typeof shape> {}

const TIMEOUT_MS = 600_000

/** That the host takes the command, not that it comes back. */
const COMMAND_TIMEOUT_MS = 60_000

/**
 * Reboots the host and waits until it is back. The boot ID shows that it really rebooted. Without `ifNeeded`, it reboots each
 * time that the task runs, so use it as a handler. Needs root.
 *
 * @dryRun Would change each time, with `ifNeeded` if `/run/reboot-required` is there: that is unknown after a `packages` task
 * that would change. Fails on the machine that run-playbook runs on, unless `ownMachine` is true. Later tasks know nothing of
 * services, containers, WireGuard, mounts, what is reached over the network, and of `/run`, `/tmp`, `/proc`, `/sys` and `/dev`.
 *
 * @throws UnreachableError E_NOT_BACK when the host does not come back in time; other hosts go on
 *
 * @example
 * const restart = reboot('reboot', {})
 * copy('kernel options', { dest: '/etc/default/grub.d/50-app.cfg', content: 'quiet\n' }, { notify: restart })
 *
 * @example
 * // After an upgrade, only if the host needs it:
 * reboot('reboot for the new kernel', { ifNeeded: true })
 */
export const reboot: Module<RebootArgs, Boot> = defineModule<RebootArgs, RebootArgs, Boot>({
  name: 'reboot',
  args: z.strictObject(shape),
  ansible: { msg: 'message', reboot_timeout: 'timeoutMs, in milliseconds' },
  probe: () => ask(boot, ''),
  plan: ({ ifNeeded = false }, { required }): Plan =>
    ifNeeded && !required
      ? { changes: [], because: 'the host does not ask for a reboot' }
      : { changes: [{ what: 'reboots', to: required ? 'now, as the host asks for' : 'now' }] },
  apply: ({ timeoutMs = TIMEOUT_MS, message = 'rebooted by run-playbook', ownMachine }, before): Step[] => [
    {
      script: sh`if command -v shutdown >/dev/null && shutdown -r now ${message}; then :; else reboot; fi`,
      timeoutMs: COMMAND_TIMEOUT_MS,
      restartsHost: { timeoutMs, back: anotherBoot(before), ownMachine },
    },
  ],
  touches: () => TOUCHES,
  verify: (_args, before, after) =>
    isAnother(before, after) ? [] : [{ what: 'boot', from: 'the same as before', to: 'another one' }],
})

// What is in memory is gone, and what is started at boot is started.
const TOUCHES: readonly Resource[] = [
  boots.all,
  services.all,
  containers.all,
  wireguardInterfaces.all,
  connectivity.all,
  served.all,
  mounts.all,
  ...['/run', '/var/run', '/tmp', '/proc', '/sys', '/dev'].map(paths.below),
]
