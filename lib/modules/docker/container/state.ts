import type { Change } from '../../../core/change.ts'
import { type Probe, ask, askAll, mapProbe } from '../../../core/probe.ts'
import { type DockerContainer, type DockerImage, dockerContainer, dockerImage } from '../shared/reader.ts'
import { seenByEngine } from '../shared/snap.ts'
import { familiar } from '../shared/reference.ts'
import type { AbsentContainer, PresentContainer } from './args.ts'
import { isPath } from './mounts.ts'
import { isLive, optionChanges, takenAway } from './option-changes.ts'

export interface ContainerState {
  readonly container: DockerContainer | undefined
  /** The old one, renamed while its replacement was started: left by a run that was cut short. */
  readonly old: DockerContainer | undefined
  /** The replacement before it got the name: left by a run that was cut short. */
  readonly next: DockerContainer | undefined
  /** What the wanted image's reference means on the host. */
  readonly image: DockerImage | undefined
  /** What the running container differs in and keeps until it is replaced, where the task says `replace: 'later'`. */
  readonly waits?: readonly Change[] | undefined
}

export const oldName = (name: string): string => `${name}.run-playbook-old`
export const nextName = (name: string): string => `${name}.run-playbook-new`

export function probeContainer(args: PresentContainer | AbsentContainer): Probe<ContainerState> {
  const containers = askAll({
    container: ask(dockerContainer, args.name),
    old: ask(dockerContainer, oldName(args.name)),
    next: ask(dockerContainer, nextName(args.name)),
  })
  if (args.state === 'absent') return mapProbe(containers, (state) => ({ ...state, image: undefined }))
  const seen = askAll(Object.fromEntries(mountedPaths(args).map((path) => [path, ask(seenByEngine, path)])))
  const all = askAll({ containers, image: ask(dockerImage, args.image), seen })
  return mapProbe(all, ({ containers, image }) => {
    const state = { ...containers, image }
    return { ...state, waits: waitingChanges(args, state) }
  })
}

/** The paths of the host that a container mounts. */
export const mountedPaths = ({ volumes = [] }: PresentContainer): readonly string[] =>
  volumes.map(({ source }) => source).filter(isPath)

export function containerChanges(args: PresentContainer | AbsentContainer, state: ContainerState): Change[] {
  const { container } = state
  if (args.state === 'absent' || container === undefined) {
    return [...stateChange(args, container), ...leftovers(args, state)]
  }
  const waits = isLater(args, container)
  return [
    ...(waits ? [] : imageChange(args, container, state.image)),
    ...optionChanges(args, container).filter((change) => !waits || isInPlace(args, container, change)),
    ...stateChange(args, container),
    ...leftovers(args, state),
  ]
}

/** Whether a new container is made, because there is something that only a new one can have. */
export function mustReplace(args: PresentContainer, { container, image }: ContainerState): boolean {
  if (container === undefined || isLater(args, container)) return false
  return container.status === 'dead' || onlyOfNew(args, container, image).length > 0
}

/** What waits until the container is replaced. */
export function waitingChanges(args: PresentContainer, { container, image }: ContainerState): Change[] {
  return container !== undefined && isLater(args, container) ? onlyOfNew(args, container, image) : []
}

// One that does not run, or whose program ends again and again, interrupts nobody when it is replaced.
const isLater = ({ replace, state }: PresentContainer, { status }: DockerContainer): boolean =>
  replace === 'later' && state !== 'stopped' && ['running', 'paused'].includes(status)

function onlyOfNew(
  args: PresentContainer,
  container: DockerContainer,
  image: DockerImage | undefined,
): Change[] {
  const options = optionChanges(args, container).filter((change) => !isInPlace(args, container, change))
  return [...imageChange(args, container, image), ...options]
}

const isInPlace = (args: PresentContainer, container: DockerContainer, { what }: Change): boolean =>
  isLive(what) && !takenAway(args, container).includes(what)

/** `running` as long as Docker keeps it up, restarts by its policy included. */
export function condition(container: DockerContainer | undefined): string {
  if (container === undefined) return 'absent'
  if (container.status === 'restarting') return 'running'
  return ['created', 'exited'].includes(container.status) ? 'stopped' : container.status
}

function stateChange(
  args: PresentContainer | AbsentContainer,
  container: DockerContainer | undefined,
): Change[] {
  const [from, to] = [condition(container), args.state ?? 'running']
  return from === to ? [] : [{ what: 'state', from, to }]
}

function leftovers({ name }: { name: string }, { container, old, next }: ContainerState): Change[] {
  return [container && old ? oldName(name) : undefined, next && nextName(name)]
    .filter((left) => left !== undefined)
    .map((left) => ({ what: 'leftover', from: left, to: 'absent' }))
}

function imageChange(
  args: PresentContainer,
  container: DockerContainer,
  image: DockerImage | undefined,
): Change[] {
  const before = familiar(container.config.Image)
  const after = familiar(args.image)
  // Where the reference means nothing on the host, the name it was made from has to do.
  const same = image === undefined ? [before, container.image].includes(after) : container.image === image.id
  if (same) return []
  if (before !== after) return [{ what: 'image', from: before, to: after }]
  return [{ what: 'image', from: short(container.image), to: image && short(image.id) }]
}

const short = (id: string): string => id.replace(/^sha256:/, '').slice(0, 12)
