import type { Module } from '../../core/module.ts'
import { type ServiceActionArgs, type ServiceActionState, defineAction } from './shared/define-action.ts'

/**
 * Restarts a service, or starts it if it is stopped. It does so each time that it runs, so use it as a handler, in `notify`.
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
