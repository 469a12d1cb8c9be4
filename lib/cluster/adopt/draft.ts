import { UserError } from '../../core/errors.ts'
import type { Host } from '../../playbook/inventory.ts'
import { STANDBY_SETTINGS } from '../../postgres/standby-settings.ts'
import { USUAL } from '../capacity.ts'
import { isShippedImage } from '../facts/containers.ts'
import type { NodeFact } from '../facts/node.ts'
import { CONFIG } from '../places.ts'
import { ownerSecret } from '../secrets/names.ts'
import { SETTING_VARS } from '../settled.ts'
import { databaseNames } from '../vars/database-name.ts'
import { nodeVars } from '../vars/node.ts'
import { clientRulesOf } from './client-rules.ts'
import { inventoryText } from './inventory-text.ts'
import type { Living, LivingServer } from './living.ts'
import { type Vars, given, nodeVarsOf } from './node-vars.ts'
import { type Note, clusterNotes, nodeNotes } from './notes.ts'

/** A node, and what was found there. */
export interface LivingNode {
  readonly host: Host
  /** Undefined where it did not answer. */
  readonly living: Living | undefined
  readonly fact: NodeFact
}

/** The inventory of a living cluster. */
export interface Draft {
  readonly text: string
  readonly notes: readonly Note[]
  /** Vars of the group, and of hosts by name. */
  readonly vars: { readonly group: Vars; readonly hosts: Readonly<Record<string, Vars>> }
}

interface Node extends LivingNode {
  readonly living: Living
  readonly address: string
}

/**
 * @param isKept whether the store has a secret
 * @throws UserError E_ADOPT for what is no cluster of this kind, and where a node did not answer
 */
export function draftOf(all: readonly LivingNode[], isKept: (secret: string) => boolean): Draft {
  const nodes = all.map(answered)
  nodes.forEach(refuseOther)
  const { primary, server } = primaryOf(nodes)
  const addresses = nodes.map(({ address }) => address)
  const manageable = server.databases.filter(
    ({ name, owner }) => name === owner && databaseNames.safeParse([name]).success,
  )
  const databases = manageable.map(({ name }) => name).filter((name) => isKept(ownerSecret(name)))
  const clients = clientRulesOf(server.rules, addresses)
  const shared = given({
    databases: databases.join() === 'app' ? undefined : databases,
    ...capacityOf(server, nodes),
    ...clients.vars,
  })
  const own = nodes.map(({ living, fact, host }, turn) => nodeVarsOf(living, fact, host.name, turn))
  const common = commonOf(own)
  const [group, refused] = possible({ ...common, ...shared })
  const hosts = nodes.map(({ host, address }, index) => {
    const [vars, odd] = possible(without(own[index] ?? {}, common))
    return { name: host.name, address, vars, odd }
  })
  const notes = [
    ...nodes.flatMap(({ host, address, living }) => nodeNotes(host.name, address, living)),
    ...clusterNotes(primary.host.name, server, {
      addresses,
      databases,
      ours: primary.living.container?.mounts?.some(({ Source }) => Source === CONFIG) === true,
    }),
    ...clients.unsaid.map((line) => ({
      text: `pg_hba.conf: ${line}. site does not keep this line.`,
      urgent: false,
    })),
    ...[...refused, ...hosts.flatMap(({ odd }) => odd)].map((text) => ({ text, urgent: true })),
  ]
  const about = `Written by run-playbook adopt: PostgreSQL ${server.version}, ${primary.host.name} is the primary.`
  return {
    text: inventoryText({
      about,
      hosts,
      primary: primary.host.name,
      vars: group,
      notes: notes.map(({ text }) => text),
    }),
    notes,
    vars: { group, hosts: Object.fromEntries(hosts.map(({ name, vars }) => [name, vars])) },
  }
}

function answered({ host, living, fact }: LivingNode): Node {
  if (living === undefined)
    throw refusal(
      `${host.name} cannot be reached`,
      'All nodes decide together. If it is permanently lost, remove it from the inventory.',
    )
  return { host, living, fact, address: living.env['POSTGRES_OVERLAY_IP'] ?? host.address }
}

function refuseOther({ host: { name }, living: { container, env } }: Node): void {
  if (container === undefined) return
  const { image, labels } = container
  const ours =
    isShippedImage(image) || labels?.['org.opencontainers.image.title']?.startsWith('run-playbook ') === true
  if (!ours)
    throw refusal(
      `the container postgres on ${name} (image ${image}) is not made of an image of run-playbook`,
      'Only containers of the image in docker/postgres can be adopted: another one has other directories, users and ways to start. Build a cluster beside it, and move the data with pg_dump or logical replication.',
    )
  const data = env['PGDATA'] ?? '/var/lib/postgresql/data/pgdata'
  if (data !== '/var/lib/postgresql/data/pgdata')
    throw refusal(
      `the container postgres on ${name} has its data in ${data}`,
      'The cluster needs them in /var/lib/postgresql/data/pgdata.',
    )
}

function primaryOf(nodes: readonly Node[]): { primary: Node; server: LivingServer } {
  const writable = nodes.flatMap((primary) => {
    const { server } = primary.living
    return server?.recovery === false ? [{ primary, server }] : []
  })
  const [first, second] = writable
  if (first === undefined)
    throw refusal(
      'no node accepts writes',
      'Start the primary. If there is no cluster yet, there is nothing to adopt: run-playbook site.',
    )
  if (second !== undefined)
    throw refusal(
      `${first.primary.host.name} and ${second.primary.host.name} both accept writes`,
      'Stop the one that is not the primary: docker stop postgres.',
    )
  return first
}

function capacityOf({ values }: LivingServer, nodes: readonly Node[]): Vars {
  const workers = Math.max(8, ...nodes.map(({ fact }) => fact.cores))
  const usual = { ...USUAL, max_worker_processes: workers }
  return Object.fromEntries(
    STANDBY_SETTINGS.flatMap((name) => {
      const value = Number(values[name])
      return values[name] === undefined || value === usual[name] ? [] : [[SETTING_VARS[name], value] as const]
    }),
  )
}

/** What all nodes have in common. */
function commonOf(all: readonly Vars[]): Vars {
  const [first = {}, ...others] = all
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => others.every((one) => same(one[name], value))),
  )
}

const without = (vars: Vars, common: Vars): Vars =>
  Object.fromEntries(Object.entries(vars).filter(([name]) => !Object.hasOwn(common, name)))

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

/** Vars that the inventory takes, and in words those that it does not. */
function possible(vars: Vars): readonly [Vars, readonly string[]] {
  const fits = (name: string, value: unknown): boolean =>
    nodeVars.partial().safeParse({ [name]: value }).success
  const entries = Object.entries(vars)
  return [
    Object.fromEntries(entries.filter(([name, value]) => fits(name, value))),
    entries
      .filter(([name, value]) => !fits(name, value))
      .map(([name, value]) => `${name} is ${JSON.stringify(value)}, which the inventory does not take.`),
  ]
}

const refusal = (message: string, hint: string): UserError =>
  new UserError('E_ADOPT', `not adopted: ${message}`, { hint: `${hint} Nothing was changed.` })
