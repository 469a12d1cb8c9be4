import { type Prediction, predict } from '../../../core/probe.ts'
import { EVERYTHING, type Resource, paths } from '../../../core/resource.ts'
import { type DockerContainer, dockerContainer, dockerImage } from '../shared/reader.ts'
import { containers, images, volumes } from '../shared/kinds.ts'
import { served } from '../../shared/served.ts'
import type { AbsentContainer, PresentContainer, ContainerMount } from './args.ts'
import { mainNetwork } from './options.ts'
import { seenByEngine } from '../shared/snap.ts'
import { type ContainerState, condition, mountedPaths, mustReplace, nextName, oldName } from './state.ts'
import { isPath, mountsOf } from './mounts.ts'
import { bytes } from '../shared/schemas.ts'

type Args = PresentContainer | AbsentContainer

/** What is known about the container before the change is made: not the id or the start of a new one. */
export function containerLeaves(args: Args, state: ContainerState): Prediction[] {
  const leaves = [
    predict(dockerContainer, oldName(args.name), undefined),
    predict(dockerContainer, nextName(args.name), undefined),
  ]
  if (args.state === 'absent') return [...leaves, predict(dockerContainer, args.name, undefined)]
  if (!pulls(args, state)) leaves.push(predict(dockerImage, args.image, state.image))
  leaves.push(...mountedPaths(args).map((path) => predict(seenByEngine, path, undefined)))
  const after = mended(args, state)
  return after ? [...leaves, predict(dockerContainer, args.name, after)] : leaves
}

/** The container itself, and whatever its program may write to. */
export function containerTouches(args: Args, state: ContainerState | undefined): Resource[] {
  // What a container that is there now may write to is not known without looking.
  if (state === undefined) return [EVERYTHING]
  const { container } = state
  const wanted = args.state === 'absent' ? undefined : args
  const mounts = [...(wanted?.volumes ?? []), ...(container ? mountsOf(container) : [])]
  const mighty = wanted?.privileged || moreThanUsual(wanted?.capAdd ?? []) || wanted?.devices?.length
  if (mighty || (container && isMighty(container)) || mounts.some(isEngine)) return [EVERYTHING]
  return [
    ...[args.name, oldName(args.name), nextName(args.name)].map(containers.at),
    ...(wanted && pulls(wanted, state) ? [images.at(wanted.image)] : []),
    ...programTouches(mounts),
  ]
}

/** What a program that starts or ends may alter. */
export function restartTouches(name: string, container: DockerContainer | undefined): Resource[] {
  const mounts = container ? mountsOf(container) : []
  if (container === undefined || isMighty(container) || mounts.some(isEngine)) return [EVERYTHING]
  return [containers.at(name), ...programTouches(mounts)]
}

// It may be a database or a server of another kind, so what is asked over the network may change as well.
function programTouches(mounts: readonly ContainerMount[]): Resource[] {
  const written = mounts.filter(({ readOnly }) => !readOnly)
  return [
    served.all,
    ...written.map(({ source }) => (isPath(source) ? paths.below(source) : volumes.at(source))),
  ]
}

const isMighty = ({ host }: DockerContainer): boolean =>
  host.Privileged || moreThanUsual(host.CapAdd) || host.Devices.length > 0

/**
 * What every container has unless it is dropped, so that it changes nothing outside (Docker's manual, "Runtime privilege and Linux
 * capabilities").
 */
const USUAL: readonly string[] = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'NET_RAW',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]

const moreThanUsual = (capabilities: readonly string[]): boolean =>
  capabilities.some((name) => !USUAL.includes(name.toUpperCase().replace(/^CAP_/, '')))

/** Who holds Docker's socket is root on the host. */
const isEngine = ({ source }: ContainerMount): boolean =>
  ['/', '/run', '/var/run', '/run/docker.sock', '/var/run/docker.sock'].includes(source)

/** A new container whose image isn't there makes Docker pull it. */
function pulls(args: PresentContainer, state: ContainerState): boolean {
  return state.image === undefined && (state.container === undefined || mustReplace(args, state))
}

/** The container after changes that keep it; undefined where it is a new one or starts anew. */
function mended(args: PresentContainer, state: ContainerState): DockerContainer | undefined {
  const { container } = state
  if (container === undefined || mustReplace(args, state)) return undefined
  if (condition(container) === 'stopped' && args.state !== 'stopped') return undefined
  const { host } = container
  const [policy, times] = args.restart?.split(':') ?? []
  const main = mainNetwork(container)
  return {
    ...container,
    status: status(args, container),
    host: {
      ...host,
      Memory: args.memory === undefined ? host.Memory : bytes(args.memory),
      NanoCpus: args.cpus === undefined ? host.NanoCpus : Math.round(args.cpus * 1e9),
      RestartPolicy: policy ? { Name: policy, MaximumRetryCount: Number(times ?? 0) } : host.RestartPolicy,
    },
    networks: args.networks
      ? [...new Set([...container.networks.filter((name) => name === main), ...args.networks])].sort()
      : container.networks,
  }
}

function status(args: PresentContainer, container: DockerContainer): string {
  if (args.state === 'stopped') return condition(container) === 'stopped' ? container.status : 'exited'
  return container.status === 'paused' ? 'running' : container.status
}
