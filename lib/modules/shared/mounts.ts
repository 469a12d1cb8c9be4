import { type ResourceKind, defineResourceKind } from '../../core/resource.ts'

/** Mounted file systems of the host, by mount point. */
export const mounts: ResourceKind = defineResourceKind('mount')
