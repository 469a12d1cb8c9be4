import { type Module, defineModule } from '../../../core/module.ts'
import { type ContainerArgs, containerArgs } from './args.ts'
import { containerLeaves, containerTouches } from './effects.ts'
import { type ContainerState, condition, containerChanges, probeContainer } from './state.ts'
import { containerSteps } from './apply.ts'
import { refuseForeignContainer } from '../shared/ownership.ts'
import { familiar } from '../shared/reference.ts'

/**
 * A container that runs as asked for. It is replaced only when something differs that Docker can't change in
 * place; the old one goes once the new one has started, and anonymous volumes stay. A container of that name that
 * somebody else made is an error, E_FOREIGN_CONTAINER, unless the task has `adopt: true`.
 *
 * @example
 * docker('postgres', { name: 'postgres', image: 'postgres:16', network: 'host', restart: 'unless-stopped' })
 */
export const container: Module<ContainerArgs, ContainerState> = defineModule({
  name: 'docker',
  args: containerArgs,
  probe: probeContainer,
  plan: (args, state) => {
    const changes = containerChanges(args, state)
    if (changes.length === 0) return { changes, because: because(state) }
    if (!args.adopt) refuseForeign(state)
    return { changes, leaves: containerLeaves(args, state) }
  },
  apply: containerSteps,
  touches: containerTouches,
})

function refuseForeign({ container, old, next }: ContainerState): void {
  for (const one of [container, old, next]) if (one !== undefined) refuseForeignContainer(one)
}

function because({ container }: ContainerState): string {
  return container ? `${condition(container)}, ${familiar(container.config.Image)}` : 'not there'
}
