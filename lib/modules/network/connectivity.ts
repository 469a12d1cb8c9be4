import { type ResourceKind, defineResourceKind } from '../../core/resource.ts'

/** Whom a host can reach over the network, by address: routes, tunnels and firewalls touch it. */
export const connectivity: ResourceKind = defineResourceKind('connectivity', { shared: true })
