import { type ResourceKind, defineResourceKind } from '../../core/resource.ts'

/**
 * What the programs of a host serve to others over the network, by address and port: `served.at('10.0.0.1:5432')`.
 * Starting or stopping a container, a service or a tunnel touches it, so a reader that asks a server sees it.
 */
export const served: ResourceKind = defineResourceKind('served', { shared: true })
