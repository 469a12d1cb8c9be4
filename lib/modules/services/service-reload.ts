import type { Module } from '../../core/module.ts'
import { type ServiceActionArgs, type ServiceActionState, defineAction } from './shared/define-action.ts'

/**
 * Reloads the configuration of a service. A service that cannot reload is restarted; one that is stopped is started. It does
 * so each time that it runs, so use it as a handler, in `notify`.
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
