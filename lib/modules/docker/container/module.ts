import { type Module, defineModule } from '../../../core/module.ts'
import { type AbsentContainer, type ContainerArgs, type PresentContainer, containerArgs } from './args.ts'
import { containerLeaves, containerTouches } from './effects.ts'
import { type ContainerState, condition, containerChanges, probeContainer, waitingChanges } from './state.ts'
import { containerSteps } from './apply.ts'
import { refuseForeignContainer } from '../shared/ownership.ts'
import { familiar } from '../shared/reference.ts'

/**
 * Manages a container. It is replaced only if something differs that Docker cannot change in place. The old container is
 * removed after the new one has started, and anonymous volumes are kept. A container of this name that run-playbook did not
 * create is an error (E_FOREIGN_CONTAINER), unless the task has `adopt: true`.
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
    if (changes.length === 0) return { changes, because: because(args, state) }
    if (!args.adopt) refuseForeign(state)
    return { changes, leaves: containerLeaves(args, state) }
  },
  apply: containerSteps,
  touches: containerTouches,
})

function refuseForeign({ container, old, next }: ContainerState): void {
  for (const one of [container, old, next]) if (one !== undefined) refuseForeignContainer(one)
}

function because(args: PresentContainer | AbsentContainer, state: ContainerState): string {
  const { container } = state
  if (container === undefined) return 'not there'
  const is = `${condition(container)}, ${familiar(container.config.Image)}`
  const waits = args.state === 'absent' ? [] : waitingChanges(args, state)
  if (waits.length === 0) return is
  return `${is}; keeps its ${waits.map(({ what }) => what).join(', ')} until it is replaced`
}
