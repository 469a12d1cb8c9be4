import { type Resource, type ResourceKind, defineResourceKind } from '../../../core/resource.ts'
import { familiar } from './reference.ts'

/** Docker containers of the host, by name. */
export const containers: ResourceKind = defineResourceKind('container')

const references = defineResourceKind('image')

/** Docker images of the host, by reference or id: `images.at('postgres')` is `postgres:latest`. */
export const images: ResourceKind = Object.freeze({
  ...references,
  at: (name: string): Resource => references.at(familiar(name)),
})

/** Docker networks of the host, by name. */
export const dockerNetworks: ResourceKind = defineResourceKind('docker-network')

/** Docker volumes of the host, by name. */
export const volumes: ResourceKind = defineResourceKind('volume')

/** All kinds that the Docker engine keeps: what an upgrade of it may change. */
export const dockerKinds: readonly ResourceKind[] = [containers, images, dockerNetworks, volumes]
