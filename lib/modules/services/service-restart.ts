import type { Module } from '../../core/module.ts'
import { type ServiceActionArgs, type ServiceActionState, defineAction } from './shared/define-action.ts'

/**
 * Restarts a service, or starts it if it is stopped. It does so each time that it runs, so use it as a handler, in `notify`.
 *
 * @dryRun Would change each time that it runs; fails if systemd does not have the unit. Afterwards everything is unknown to
 * later tasks, such as containers and databases, but installed packages, accounts and files in `/etc` and `/usr` are taken as
 * unchanged, unless the unit is `oneshot`, a target or a mount. Unknown if the task that notifies it is.
 *
 * @example
 * const restart = serviceRestart('restart docker', { name: 'docker' })
 * return [copy('daemon.json', { dest: '/etc/docker/daemon.json', content: '{}\n' }, { notify: restart })]
 */
export const serviceRestart: Module<ServiceActionArgs, ServiceActionState> = defineAction({
  name: 'service_restart',
  verb: 'restart',
  what: 'restarts',
  renews: true,
})
