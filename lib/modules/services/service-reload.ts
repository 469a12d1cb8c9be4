import type { Module } from '../../core/module.ts'
import { type ServiceActionArgs, type ServiceActionState, defineAction } from './shared/define-action.ts'

/**
 * Reloads the configuration of a service. A service that cannot reload is restarted; one that is stopped is started. It does
 * so each time that it runs, so use it as a handler, in `notify`.
 *
 * @dryRun Would change each time that it runs; fails if systemd does not have the unit. Afterwards everything is unknown to
 * later tasks, such as containers and databases, but installed packages, accounts and files in `/etc` and `/usr` are taken as
 * unchanged, unless the unit is `oneshot`, a target or a mount. Unknown if the task that notifies it is.
 *
 * @example
 * const reload = serviceReload('reload nginx', { name: 'nginx' })
 * return [copy('nginx.conf', { src: 'files/nginx.conf', dest: '/etc/nginx/nginx.conf' }, { notify: reload })]
 */
export const serviceReload: Module<ServiceActionArgs, ServiceActionState> = defineAction({
  name: 'service_reload',
  verb: 'reload-or-restart',
  what: 'reloads',
  renews: false,
})
