import { CLUSTER_ROLES } from '../vars/client-access.ts'
import { LACKS, isManaged } from '../facts/containers.ts'
import { slotName } from '../vars/node-role.ts'
import type { Living, LivingServer } from './living.ts'

/** What was found, and an inventory cannot say. */
export interface Note {
  readonly text: string
  /** It should not wait. */
  readonly urgent: boolean
}

const note = (text: string): Note => ({ text, urgent: false })
const urgent = (text: string): Note => ({ text, urgent: true })

/** Of a node. */
export function nodeNotes(name: string, address: string, living: Living): readonly Note[] {
  const { container, server } = living
  if (container === undefined) return [note(`${name} has no container postgres: site makes it a replica.`)]
  const published = Object.entries(container.ports ?? {}).flatMap(([port, bindings]) =>
    (bindings ?? [])
      .filter(({ HostIp }) => ['', '0.0.0.0', '::'].includes(HostIp))
      .map(({ HostPort }) => `${HostPort} (${port})`),
  )
  const listens = server?.values['listen_addresses'] ?? address
  const open = listens.split(',').some((one) => ['*', '0.0.0.0', '::'].includes(one.trim()))
  const port = server?.values['port'] ?? '5432'
  return [
    ...(isManaged(container.mounts ?? [])
      ? []
      : [
          note(
            `The container postgres on ${name} (image ${container.image}) ${LACKS}. site makes a new one, with a restart.`,
          ),
        ]),
    ...(server === undefined ? [urgent(`PostgreSQL on ${name} does not answer.`)] : []),
    ...(published.length > 0
      ? [
          urgent(
            `${name} publishes port ${published.join(', ')} on all its addresses, also those outside of the overlay.`,
          ),
        ]
      : []),
    ...(open && published.length === 0
      ? [
          urgent(
            `PostgreSQL on ${name} listens on all addresses (listen_addresses = ${listens}), also those outside of the overlay.`,
          ),
        ]
      : []),
    ...(port === '5432'
      ? []
      : [urgent(`PostgreSQL on ${name} listens on port ${port}. site uses 5432: clients have to change.`)]),
  ]
}

/** Of the cluster, as its primary has it. */
export function clusterNotes(
  name: string,
  server: LivingServer,
  {
    addresses,
    databases,
    ours,
  }: { readonly addresses: readonly string[]; readonly databases: readonly string[]; readonly ours: boolean },
): readonly Note[] {
  const { values, roles, slots } = server
  const archives = values['archive_mode'] !== 'off' && (values['archive_command'] ?? '') !== ''
  const others = server.databases.filter((one) => !databases.includes(one.name))
  const logins = roles.filter(
    (role) => role.login && !CLUSTER_ROLES.includes(role.name) && !databases.includes(role.name),
  )
  const strange = slots.filter((slot) => !addresses.map(slotName).includes(slot.name))
  const byHand = server.settings
    .filter(({ file }) => isByHand(file, ours))
    .map(({ name: setting, value }) => `${setting} = ${value}`)
  const altered = server.settings
    .filter(({ file }) => AUTO.test(file))
    .map(({ name: setting, value }) => `${setting} = ${value}`)
  return [
    ...(archives
      ? []
      : [
          urgent(
            `${name} archives no WAL (archive_mode = ${values['archive_mode']}): nothing can be restored to a moment, until site has replaced the container.`,
          ),
        ]),
    ...(others.length === 0
      ? []
      : [
          note(
            `Databases that site does not manage, with their owners: ${others.map((one) => `${one.name} (${one.owner})`).join(', ')}. For one whose owner has the same name: store its password (run-playbook secrets set postgres.NAME), then add it to databases.`,
          ),
        ]),
    ...(logins.length === 0
      ? []
      : [
          note(
            `Roles that site does not manage: ${logins.map((role) => role.name).join(', ')}. They, their memberships and their grants stay as they are.`,
          ),
        ]),
    ...(strange.length === 0
      ? []
      : [
          note(
            `Slots that belong to no node of the inventory: ${strange.map((slot) => slot.name).join(', ')}. site removes those with names such as node_10_88_0_11, and leaves the others.`,
          ),
        ]),
    ...(byHand.length === 0
      ? []
      : [
          note(
            `Settings that site does not keep: ${byHand.join(', ')}. To keep one, run ALTER SYSTEM SET for it.`,
          ),
        ]),
    ...(altered.length === 0
      ? []
      : [note(`Settings of ALTER SYSTEM, which site keeps: ${altered.join(', ')}.`)]),
  ]
}

const AUTO = /\/postgresql\.auto\.conf$/

// What site or the entrypoint has written is theirs; where it was edited, site shows a diff.
const isByHand = (file: string, ours: boolean): boolean =>
  !AUTO.test(file) && !file.startsWith('/run/run-playbook/') && !(ours && file.startsWith('/etc/postgresql/'))
