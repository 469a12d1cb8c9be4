import { container } from './container/module.ts'
import { image } from './image/module.ts'
import { network } from './network.ts'
import { restart } from './restart.ts'
import { volume } from './volume.ts'

/** Containers, and with `docker.image`, `docker.network`, `docker.volume` and `docker.restart` what belongs to them. */
export const docker = Object.assign(container, { image, network, volume, restart })

export type * from './container/args.ts'
export type { ContainerState } from './container/state.ts'
export type { ImageArgs, ImageBuild } from './image/args.ts'
export type { ImageState } from './image/state.ts'
export type { DockerNetworkArgs } from './network.ts'
export type { PortMapping } from './container/ports.ts'
export type { DockerRestartArgs } from './restart.ts'
export type { DockerVolumeArgs } from './volume.ts'
