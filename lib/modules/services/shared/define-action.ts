import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import type { Change } from '../../../core/change.ts'
import { type Module, defineModule } from '../../../core/module.ts'
import { ask, askAll } from '../../../core/probe.ts'
import { type Service, service, serviceRun, unitOf } from '../../shared/service.ts'
import { keptByService } from './kept.ts'
import { DAEMON_RELOAD, assertUnit, isActive, systemctl, unitName } from './systemctl.ts'

const shape = {
  /** A unit of systemd: `docker` is `docker.service`. */
  name: unitName,
}

export interface ServiceActionArgs extends ArgsOf<typeof shape> {}

export interface ServiceActionState {
  readonly service: Service
  /** Another one after each start. */
  readonly run: string
}

/** Something that is done to a service each time it is asked for: a handler. */
export function defineAction(options: {
  readonly name: string
  readonly verb: string
  readonly what: string
  /** The service must have been started anew. */
  readonly renews: boolean
}): Module<ServiceActionArgs, ServiceActionState> {
  const { name: module, verb, what, renews } = options
  return defineModule<ServiceActionArgs, ServiceActionArgs, ServiceActionState>({
    name: module,
    args: z.strictObject(shape),
    ansible: { service: 'name', unit: 'name' },
    probe: ({ name }) =>
      askAll<ServiceActionState>({ service: ask(service, name), run: ask(serviceRun, name) }),
    plan: ({ name }, state) => {
      assertUnit(name, state.service)
      return { changes: [{ what, from: state.service.active, to: 'active' }] }
    },
    // systemd starts a service by the unit file that it has read, even if there is a newer one.
    apply: ({ name }, state) => [
      ...(state.service.needsReload ? [DAEMON_RELOAD] : []),
      systemctl(verb, name),
    ],
    keeps: ({ name }, is) => keptByService(unitOf(name), is?.service),
    verify: (_args, before, after) => [
      ...(renews && before.run === after.run ? [{ what, from: 'the same as before', to: 'restarted' }] : []),
      ...fallen(before, after),
    ],
  })
}

// One that does its work and ends is inactive afterwards, as it was before.
function fallen(before: ServiceActionState, after: ServiceActionState): Change[] {
  const { active } = after.service
  const ended = active === 'inactive' && !isActive(before.service)
  return isActive(after.service) || ended ? [] : [{ what: 'state', from: active, to: 'active' }]
}
