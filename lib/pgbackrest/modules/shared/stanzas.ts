import { type ResourceKind, defineResourceKind } from '../../../core/resource.ts'

/** Stanzas of pgBackRest by name: all that belongs to one on the host, whichever container is asked about it. */
export const stanzas: ResourceKind = defineResourceKind('pgbackrest-stanza')
