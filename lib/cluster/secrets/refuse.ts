import { createHash } from 'node:crypto'
import type { Host } from '../../playbook/inventory.ts'
import { UserError } from '../../core/errors.ts'
import { reveal } from '../../core/secret.ts'
import { type Cluster, type ClusterContext, clusterOf } from '../cluster.ts'
import { SECRET_FILES, type SecretKind } from '../facts/secrets.ts'
import { SECRETS } from '../places.ts'
import { wantsCertificates } from '../vars/client-access.ts'
import { hostVarsOf } from '../vars/host.ts'
import { PASSWORDS, WORDS, listed, nameOf, ownerSecret } from './names.ts'

/**
 * Refuses a store that is not the one that a living cluster was made with: what it lacks would be made anew, and what differs
 * would overwrite what the nodes have. Called by whatever hands secrets to nodes, so before the first change of every playbook.
 *
 * @throws UserError E_SECRETS_LOST where the store lacks what a node has, E_SECRETS_DIFFER where it has another value
 */
export function refuseOtherSecrets(context: ClusterContext): void {
  const cluster = clusterOf(context)
  const { nodes, fact } = cluster
  // Where no node has data nobody can be locked out.
  if (nodes.every((node) => fact(node).reached && fact(node).disk === 'none')) return
  refuseMissing(context, cluster)
  refuseDifferent(context, cluster)
}

function refuseMissing(context: ClusterContext, { nodes, fact }: Cluster): void {
  const missing = new Set<string>()
  const holders = new Set<Host>()
  for (const host of nodes) {
    for (const kind of kindsOn(context, fact, host)) {
      const name = nameOf(kind, host)
      if (context.secrets.isKept(name)) continue
      missing.add(name)
      holders.add(host)
    }
  }
  const owners = missingOwners(context, nodes, fact)
  if (missing.size + owners.length === 0) return
  const have = `${listed([...holders].map(({ name }) => name))} ${holders.size === 1 ? 'has' : 'have'}`
  const lost = [
    missing.size > 0 &&
      `no ${listed([...missing].toSorted())}, but ${have} ${missing.size === 1 ? 'it' : 'them'}`,
    owners.length > 0 &&
      `no ${listed(owners.map(ownerSecret))}, but PostgreSQL has a password for ${listed(owners)}`,
  ].filter((one) => one !== false)
  const steps = [
    missing.size > 0 && 'Take over what the nodes have: run-playbook take-over.',
    owners.length > 0 &&
      `Store what the applications use, which no node keeps: ${owners
        .map((owner) => context.secrets.command(`set ${ownerSecret(owner)}`))
        .join(', ')}.`,
  ].filter((one) => one !== false)
  const { elsewhere } = context.secrets
  throw new UserError(
    'E_SECRETS_LOST',
    `${context.stateDir}/secrets.age has ${lost.join('; and ')}. New ones would lock out nodes or applications`,
    {
      hint: `Nothing was changed. ${elsewhere === undefined ? '' : `${elsewhere} `}Restore that file if you have a copy of it. If it is lost: ${steps.join(' ').replace(/^./, (first) => first.toLowerCase())}`,
    },
  )
}

/** What lies on a node and is written by our plays. */
const kindsOn = ({ vars }: ClusterContext, fact: Cluster['fact'], host: Host): readonly SecretKind[] =>
  (Object.keys(fact(host).fingerprints) as SecretKind[]).filter((kind) => {
    if (kind === 'clients') return wantsCertificates(vars.clientAccess)
    if (kind === 'cipher') return hostVarsOf(host).encrypt
    if (kind === 'pooler') return vars.pooler !== undefined
    if (kind.startsWith('store')) return hostVarsOf(host).objectStore !== undefined
    return kind !== 'wireguard' || hostVarsOf(host).overlay === 'auto'
  })

/** Owners of databases that have a password, or may have one: it can not be read from the server. */
function missingOwners(
  { vars, secrets }: ClusterContext,
  nodes: readonly Host[],
  fact: Cluster['fact'],
): readonly string[] {
  const unknown = vars.databases.filter((name) => !secrets.isKept(ownerSecret(name)))
  const servers = nodes.flatMap((host) => fact(host).server ?? [])
  // A server that was made by hand has no file of the superuser's password on its node.
  const lives = servers.length > 0 || nodes.some((host) => fact(host).fingerprints.superuser !== undefined)
  if (!lives) return []
  if (servers.length === 0) return unknown
  return unknown.filter((name) => servers.some(({ withPassword }) => withPassword.includes(name)))
}

function refuseDifferent({ secrets }: ClusterContext, { nodes, fact }: Cluster): void {
  const living = nodes.filter((host) => fact(host).disk !== 'none')
  const differing = (kind: SecretKind, valueOf: (host: Host) => string) =>
    living.filter((host) => {
      const found = fact(host).fingerprints[kind]
      return found !== undefined && found !== sha256(valueOf(host))
    })
  for (const kind of PASSWORDS) {
    const name = nameOf(kind, { name: '' })
    const known = [secrets.password(name), ...secrets.previous(name)].map((value) => sha256(reveal(value)))
    const wrong = living.filter((host) => {
      const found = fact(host).fingerprints[kind]
      return found !== undefined && !known.includes(found)
    })
    const having = living.filter((host) => fact(host).fingerprints[kind] !== undefined)
    if (wrong.length > 0) throw differs(secrets, kind, wrong, name, wrong.length === having.length)
  }
  const stores = differing('storeCipher', (host) =>
    reveal(secrets.password(nameOf('storeCipher', host))),
  ).filter((host) => hostVarsOf(host).objectStore !== undefined)
  if (stores.length > 0) throw differs(secrets, 'storeCipher', stores, 'backup.cipher', true)
  const managed = (host: Host) => hostVarsOf(host).overlay === 'auto'
  const keys = differing('wireguard', (host) =>
    reveal(secrets.wireguardKey(nameOf('wireguard', host)).privateKey),
  ).filter(managed)
  // One key is rotated in passing. All at once cut every tunnel, and mean that the store is another cluster's.
  if (keys.length > 1) throw differs(secrets, 'wireguard', keys, 'wireguard.NODE', true)
}

/** The passwords that some node does not have yet, because they were changed in the secrets. */
export function rotatedPasswords(context: ClusterContext): readonly (typeof PASSWORDS)[number][] {
  const { nodes, fact } = clusterOf(context)
  return PASSWORDS.filter((kind) => {
    const current = sha256(reveal(context.secrets.password(nameOf(kind, { name: '' }))))
    return nodes.some((host) => {
      const found = fact(host).disk === 'none' ? undefined : fact(host).fingerprints[kind]
      return found !== undefined && found !== current
    })
  })
}

function differs(
  store: ClusterContext['secrets'],
  kind: SecretKind,
  wrong: readonly Host[],
  secret: string,
  everywhere: boolean,
): UserError {
  const names = wrong.map(({ name }) => name)
  const take = 'To keep what the nodes have: run-playbook take-over -e replace=true'
  return new UserError(
    'E_SECRETS_DIFFER',
    `the ${WORDS[kind]} on ${listed(names)} differs from ${secret} in the secrets`,
    { hint: `Nothing was changed. ${hintFor()}` },
  )

  function hintFor(): string {
    if (kind === 'wireguard') return `${take}. To change keys on purpose: one node at a time.`
    if (kind === 'storeCipher')
      return `${take}. Without that key nobody can read what is in the object store.`
    if (everywhere)
      return `${take}. To change it on purpose: put back what the secrets had, then ${store.command(`rotate ${secret}`)}, then run-playbook site.`
    const file = `${SECRETS}/${SECRET_FILES[kind]}`
    return `If the secrets are right, remove ${file} on ${listed(names)}, and run this again: the file is then written again. If ${names[0]} is right: run-playbook take-over -l ${names[0]} -e replace=true.`
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
