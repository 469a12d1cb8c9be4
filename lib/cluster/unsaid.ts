import type { Host } from '../playbook/inventory.ts'
import { USUAL } from './capacity.ts'
import { type ClusterContext, clusterOf } from './cluster.ts'
import { capacityUnder } from './node-role-vars.ts'
import { ownerSecret } from './secrets/names.ts'
import { SETTING_VARS } from './settled.ts'

/** What the primary has of an earlier run, or of ALTER SYSTEM, and neither the inventory nor `-e` says now: as vars. */
export function unsaid(context: ClusterContext, primary: Host): string[] {
  const { vars, secrets } = context
  const { server } = clusterOf(context).fact(primary)
  const wanted = capacityUnder(context, primary)
  const settings = (Object.keys(USUAL) as (keyof typeof USUAL)[])
    .filter((name) => vars[SETTING_VARS[name]] === undefined && wanted[name] !== USUAL[name])
    .map((name) => `${SETTING_VARS[name]}: ${wanted[name]}`)
  // Those that site made have a secret.
  const made = (server?.databases ?? []).filter(
    (name) => !vars.databases.includes(name) && secrets.isKept(ownerSecret(name)),
  )
  const all = [...vars.databases, ...made].map((name) => `'${name}'`).join(', ')
  return made.length === 0 ? settings : [...settings, `databases: [${all}]`]
}
