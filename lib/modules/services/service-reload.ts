import type { Module } from '../../core/module.ts'
import { type ServiceActionArgs, type ServiceActionState, defineAction } from './shared/define-action.ts'

/**
 * Has a service read its configuration again. One that cannot is restarted, one that does not run is started. A handler.
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
