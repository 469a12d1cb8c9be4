import * as z from '../../core/lazy-zod.ts'
import type { ArgsOf } from '../../core/args-of.ts'
import type { Change } from '../../core/change.ts'
import { type Module, type Plan, type Step, defineModule } from '../../core/module.ts'
import { ask, predict } from '../../core/probe.ts'
import { EVERYTHING, paths } from '../../core/resource.ts'
import { quote } from '../../core/sh.ts'
import { type Service, service as unit, services, unitOf } from '../shared/service.ts'
import { keptByService } from './shared/kept.ts'
import { applyMask, isAboutMask, keptByMask, planMask } from './shared/mask.ts'
import { DAEMON_RELOAD, assertUnit, isActive, systemctl, unitName } from './shared/systemctl.ts'

const shape = {
  /** Name of the systemd unit. `docker` means `docker.service`. */
  name: unitName,
  /** Whether the service runs now. @default not changed */
  state: z.enum(['started', 'stopped']).optional(),
  /** Whether it starts at boot. A unit that cannot be enabled or disabled, such as a static one, is left alone. @default not changed */
  enabled: z.boolean().optional(),
  /**
   * Whether it is masked: nothing can start it, neither at boot nor by hand. A unit that is not there can be masked too.
   *
   * @default not changed
   */
  masked: z.boolean().optional(),
  /** Run `systemctl daemon-reload` if the unit file changed on disk. @default true */
  daemonReload: z.boolean().optional(),
  /** With `stopped` or `enabled: false`: the task is ok if the host has no such unit. Otherwise that is an error. @default false */
  ifExists: z.boolean().optional(),
}

export interface ServiceArgs extends ArgsOf<typeof shape> {}

const args = z
  .strictObject(shape)
  .refine(({ state, enabled, masked }) => (state ?? enabled ?? masked) !== undefined, {
    error: 'set state, enabled or masked',
  })
  .refine(({ state, enabled, masked }) => masked !== true || (state !== 'started' && enabled === undefined), {
    path: ['masked'],
    error: 'is not allowed with state: started or enabled',
  })
  .refine(({ state, enabled, ifExists }) => ifExists !== true || (state !== 'started' && enabled !== true), {
    path: ['ifExists'],
    error: 'is not allowed with state: started or enabled: true',
  })

/**
 * Manages a systemd service: whether it runs, and whether it starts at boot. To restart or reload it after a change, notify
 * `serviceRestart` or `serviceReload`.
 *
 * @dryRun Asks `systemctl show`, and names what differs. Later tasks see the unit as started, stopped, enabled or masked, but
 * behind a mask that is taken away nothing is known. If the service would start or stop, everything else is unknown to them,
 * such as containers and databases, but installed packages, accounts and files in `/etc` and `/usr` are taken as unchanged,
 * unless the unit is `oneshot`, a target or a mount. Unknown if an earlier task may bring the unit or change its file.
 *
 * @example
 * service('docker', { name: 'docker', state: 'started', enabled: true })
 *
 * @example
 * service('no Ctrl-Alt-Del', { name: 'ctrl-alt-del.target', masked: true })
 */
export const service: Module<ServiceArgs, Service> = defineModule({
  name: 'service',
  args,
  ansible: { service: 'name', unit: 'name' },
  probe: ({ name }) => ask(unit, name),
  plan,
  apply,
  // What a service does when it starts or stops is its own affair; being started at boot is not.
  touches: ({ state }, is) =>
    state === undefined || (is !== undefined && !turns(state, is))
      ? [services.all, paths.below('/etc/systemd')]
      : [EVERYTHING],
  keeps: (args, is) => keptByMask(args, is) ?? keptByService(unitOf(args.name), is),
})

function plan(args: ServiceArgs, is: Service): Plan {
  const { name, state, enabled, daemonReload = true, ifExists = false } = args
  if (isAboutMask(args, is)) return planMask(args, is)
  // What is masked, or not there, does not run, neither now nor at boot.
  const settled = state !== 'started' && enabled !== true && !isActive(is)
  if (is.load === 'masked' && settled) return { changes: [], because: 'the unit is masked' }
  if (is.load === 'not-found' && settled && ifExists) return { changes: [], because: 'there is no such unit' }
  assertUnit(name, is)
  const reload = daemonReload && is.needsReload
  const changes: Change[] = [
    ...(reload ? [{ what: 'unit file', from: 'changed on disk', to: 'read again' }] : []),
    ...(switches(enabled, is) ? [{ what: 'enabled', from: is.enabled === 'enabled', to: enabled }] : []),
    ...(turns(state, is) ? [{ what: 'state', from: is.active, to: state }] : []),
  ]
  if (changes.length === 0) return { changes, because: [is.active, is.enabled].filter(Boolean).join(', ') }
  const left: Service = {
    ...is,
    active: turns(state, is) ? (state === 'started' ? 'active' : 'inactive') : is.active,
    enabled: switches(enabled, is) ? (enabled === true ? 'enabled' : 'disabled') : is.enabled,
    needsReload: is.needsReload && !reload,
  }
  return { changes, leaves: [predict(unit, name, left)] }
}

function apply(args: ServiceArgs, is: Service): Step[] {
  const { name, state, enabled, daemonReload = true } = args
  if (isAboutMask(args, is)) return applyMask(args, is)
  const word = quote(unitOf(name))
  const starts = state === 'started' && turns(state, is)
  return [
    // systemd only says of the unit itself that its file is new; what it triggers may be as well.
    ...(daemonReload && (is.needsReload || starts) ? [DAEMON_RELOAD] : []),
    ...(switches(enabled, is)
      ? [{ script: `systemctl ${enabled === true ? 'enable' : 'disable'} -- ${word}` }]
      : []),
    ...(turns(state, is) ? [systemctl(state === 'started' ? 'start' : 'stop', name)] : []),
  ]
}

function turns(state: 'started' | 'stopped' | undefined, is: Service): boolean {
  if (state === 'started') return !isActive(is)
  return state === 'stopped' && is.active !== 'inactive' && is.active !== 'failed'
}

// The others are pulled in by other units or made by generators; `systemctl enable` does nothing to them.
const SWITCHABLE = new Set(['enabled', 'enabled-runtime', 'disabled', 'linked', 'linked-runtime', ''])

function switches(enabled: boolean | undefined, is: Service): boolean {
  if (enabled === undefined || !SWITCHABLE.has(is.enabled)) return false
  return enabled !== (is.enabled === 'enabled')
}
