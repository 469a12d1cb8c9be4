import type { z } from 'zod'
import type { Host, Inventory } from '../playbook/inventory.ts'
import { varSchemas } from '../playbook/vars.ts'

/** Where a var may be set. */
export interface Place {
  readonly place: string
  /** Whether it is set there. */
  readonly set: boolean
  readonly value?: unknown
}

/** Every place that has a say in a var of a host, the strongest last. */
export function placesOf(
  inventory: Inventory,
  host: Host,
  name: string,
  extra: Readonly<Record<string, unknown>>,
): Place[] {
  const inEffect = host.groups.map((group) => placeIn(`group ${group}`, inventory.groups[group]?.vars, name))
  return [
    schemaDefault(varSchemas(inventory.schema)[name]),
    ...inEffect,
    placeIn(`host ${host.name}`, inventory.hosts[host.name]?.vars, name),
    placeIn('-e', extra, name),
  ]
}

function placeIn(place: string, vars: object | undefined, name: string): Place {
  const set = vars !== undefined && Object.hasOwn(vars, name) && Reflect.get(vars, name) !== undefined
  return set ? { place, set, value: Reflect.get(vars, name) as unknown } : { place, set }
}

/** What the schema makes of a var that is not set anywhere. */
function schemaDefault(schema: unknown): Place {
  const place = 'default of the schema'
  const result = (schema as z.ZodType | undefined)?.safeParse(undefined)
  return result?.success === true && result.data !== undefined
    ? { place, set: true, value: result.data }
    : { place, set: false }
}
