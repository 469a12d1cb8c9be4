import { callSite } from '../core/call-site.ts'
import { declared } from '../core/declared-at.ts'
import { UserError } from '../core/errors.ts'
import { mistake } from '../core/mistakes.ts'
import type { ConnectionType } from '../transport/connection-type.ts'
import { connectionOf } from './connections.ts'
import { NO_VARS } from './no-vars.ts'
import { refuseUnknown } from './check-shared-options.ts'
import type { VarsInput, VarsOutput, VarsSchema } from './vars.ts'

/** One machine. Its key in the inventory is its name and the alias looked up in the ssh config. */
export interface HostEntry<Vars> {
  /** Its address on the overlay. Also where to connect when the ssh config does not know the name. @default its name */
  readonly address?: string | undefined
  /** Overrides the vars of its groups. */
  readonly vars?: Partial<Vars> | undefined
  /**
   * How to reach it: `ssh({ … })`, `local()`, `dockerExec({ … })`, `chroot({ … })` or a type of your own
   * (`defineConnection`). `'ssh'` and `'local'` are short for those without options. @default 'ssh'
   */
  readonly connection?: 'ssh' | 'local' | ConnectionType | undefined
}

/** Names of hosts and of other groups, with vars for all of them. */
export interface GroupEntry<Name extends string, Vars> {
  readonly hosts: readonly Name[]
  /** Overrides the schema's defaults; a later group in the inventory overrides an earlier one. */
  readonly vars?: Partial<Vars> | undefined
}

/** A checked inventory. Its type carries the names, so that a misspelled group does not compile. */
export interface Inventory<Schema extends VarsSchema = VarsSchema, Name extends string = string> {
  readonly kind: 'inventory'
  readonly schema: Schema
  readonly hosts: Readonly<Record<string, HostEntry<object>>>
  readonly groups: Readonly<Record<string, GroupEntry<string, object>>>
  /** Never set; carries the names for the types. */
  readonly name?: Name
}

/**
 * Declares the machines. Put it in `inventory.ts` as the default export.
 *
 * @throws UserError for a misspelled key, for a `connection` that is none, and for an address that is missing
 *
 * @example
 * export default defineInventory({
 *   vars: z.strictObject({ port: z.int().default(8080) }),
 *   hosts: { 'web-1': { address: '10.88.0.21' } },
 *   groups: { web: { hosts: ['web-1'] } },
 * })
 */
export function defineInventory<
  Schema extends VarsSchema,
  HostName extends string,
  GroupName extends string = never,
>(inventory: {
  readonly vars?: Schema
  readonly hosts: Readonly<Record<HostName, HostEntry<VarsInput<Schema>>>>
  readonly groups?: Readonly<
    Record<GroupName, GroupEntry<NoInfer<HostName> | NoInfer<GroupName>, VarsInput<Schema>>>
  >
}): Inventory<Schema, HostName | GroupName> {
  const at = callSite(defineInventory)
  refuseUnknown(inventory, { vars: true, hosts: true, groups: true }, 'the inventory', at)
  for (const [name, host] of Object.entries<HostEntry<object>>(inventory.hosts)) {
    refuseUnknown(host, { address: true, vars: true, connection: true }, `host ${name}`, at)
    const { needsAddress, name: type } = connectionOf(host.connection, `host ${name}`, at)
    if (needsAddress && host.address === undefined)
      mistake(new UserError('E_NO_ADDRESS', `host ${name}: a connection by ${type} needs an address`, { at }))
  }
  for (const [name, group] of Object.entries<object>(inventory.groups ?? {}))
    refuseUnknown(group, { hosts: true, vars: true }, `group ${name}`, at)
  const { vars = NO_VARS as Schema, hosts, groups = {} } = inventory
  return declared(Object.freeze({ kind: 'inventory', schema: vars, hosts, groups }), at)
}

/**
 * Tells the types of playbooks which inventory they are written for. Optional; without it host names are any string.
 *
 * @example
 * const inventory = defineInventory({ hosts: { 'web-1': {} } })
 * export default inventory
 *
 * declare module 'run-playbook' {
 *   interface Register {
 *     inventory: typeof inventory
 *   }
 * }
 */
// oxlint-disable-next-line no-empty-object-type -- filled in by declaration merging
export interface Register {}

type Registered = Register extends { inventory: infer I } ? I : Inventory

/** The vars of a host as the registered inventory declares them. */
export type HostVars = Registered extends Inventory<infer Schema> ? VarsOutput<Schema> : never

/** A host or group of the registered inventory. */
export type HostName = Registered extends Inventory<VarsSchema, infer Name> ? Name : string

/** One machine with its vars in effect. */
export interface Host {
  readonly name: string
  /** Its address on the overlay. The name where the inventory has none. */
  readonly address: string
  readonly groups: readonly string[]
  readonly connection: ConnectionType
  readonly vars: HostVars
}
