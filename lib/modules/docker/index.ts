import type { Module } from '../../core/module.ts'
import type { ContainerArgs } from './container/args.ts'
import { compose } from './compose/module.ts'
import { container } from './container/module.ts'
import type { ContainerState } from './container/state.ts'
import { exec } from './exec/module.ts'
import { image } from './image/module.ts'
import { network } from './network.ts'
import { restart } from './restart.ts'
import { volume } from './volume.ts'

/**
 * Manages a container. `docker.image`, `docker.network`, `docker.volume` and `docker.restart` manage what belongs to it, `docker.compose` many at once.
 *
 * @dryRun Asks Docker for the container and the image, and no registry. Names the image and each option that differs. A
 * container that stays is foretold; of one that is made anew, or started, later tasks know nothing yet. Unknown to them is also
 * what it may write to: volumes, mounted directories and what servers answer; and everything, if it is privileged, has devices,
 * unusual capabilities or the socket of Docker, or if the container itself is unknown.
 */
export const docker: Docker = Object.assign(container, { image, network, volume, restart, exec, compose })

/** The modules of Docker. */
export interface Docker extends Module<ContainerArgs, ContainerState> {
  /** An image under a name, from a registry, from an archive or built from a folder. */
  readonly image: typeof image
  /** A network of Docker. One that differs is made anew, as long as nothing uses it. */
  readonly network: typeof network
  /** A volume of Docker. It holds data, so one that differs is an error and never made anew. */
  readonly volume: typeof volume
  /** Restarts a container. It always has something to do, so it belongs into `notify`. */
  readonly restart: typeof restart
  /** Runs a program in a running container. */
  readonly exec: typeof exec
  /** The containers of a project of Docker Compose. */
  readonly compose: typeof compose
}

export type { DockerComposeArgs } from './compose/args.ts'
export type { ComposeEvent } from './compose/events.ts'
export type { ComposeContainer, ComposeFound } from './compose/reader.ts'
export type { ComposeState } from './compose/state.ts'
export type * from './container/args.ts'
export type { ContainerState } from './container/state.ts'
export type { DockerExecArgs } from './exec/args.ts'
export type { DockerExecGuards } from './exec/guards.ts'
export type { DockerExecState } from './exec/module.ts'
export type { ImageArgs, ImageBuild } from './image/args.ts'
export type { ImageState } from './image/state.ts'
export type { DockerContainer, DockerImage } from './shared/inspect.ts'
export type { ByteSize } from './shared/schemas.ts'
export type { DockerNetworkArgs } from './network.ts'
export type { PortMapping } from './container/ports.ts'
export type { DockerRestartArgs } from './restart.ts'
export type { DockerVolumeArgs } from './volume.ts'
