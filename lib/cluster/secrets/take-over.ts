import { z } from 'zod'
import type { Host } from '../../playbook/inventory.ts'
import type { PlaybookContext, ReportContext } from '../../playbook/playbook.ts'
import type { Report } from '../../core/report.ts'
import { UserError } from '../../core/errors.ts'
import { Secret, reveal } from '../../core/secret.ts'
import { nodesOf } from '../nodes.ts'
import { settled } from '../settled.ts'
import { clusterWish } from '../vars/cluster.ts'
import type { FoundSecrets } from './found.ts'
import { CLIENTS, PASSWORDS, WORDS, listed, nameOf, ownerSecret } from './names.ts'
import { serverSecret } from './server-certificate.ts'

/** What `-e` may set for `take-over`. */
export const takeOverVars = clusterWish.pick({ databases: true }).extend({
  replace: z
    .boolean()
    .default(false)
    .describe('Replace secrets of the store that differ from those on the nodes.'),
})

type Vars = z.output<typeof takeOverVars>
/** What is asked of the nodes. */
export interface TakeOverFacts {
  readonly found: FoundSecrets | undefined
}
type Context = PlaybookContext<Vars, TakeOverFacts>

/**
 * Takes the secrets that the nodes have into the store; passwords, which all nodes share, from those of `--limit`. The key of the
 * pgBackRest authority is on no node: its certificates are kept until one has to be issued.
 *
 * @throws UserError E_TAKE_OVER where a node was not reached, nodes have different passwords, or the store has others
 */
export function takeOver(context: Context): void {
  const { hosts, facts, secrets } = context
  const nodes = nodesOf(hosts)
  const found = ({ name }: Host): FoundSecrets => facts.found[name] ?? {}
  if (nodes.every(({ name }) => facts.found[name] === undefined)) return
  const silent = nodes.filter(({ name }) => facts.found[name] === undefined)
  if (silent.length > 0)
    throw refusal(
      `${listed(silent.map(({ name }) => name))} cannot be reached`,
      'Each node has its own keys. If a node is permanently lost, remove it from the inventory first.',
    )
  const own = secrets.isKept(AUTHORITY)
  const ownClients = secrets.isKept(nameOf('clients', { name: '' }))
  // An authority that is stored issues what is missing; the nodes' certificates are of no use without theirs.
  const values = [...onNodes(context, nodes, found)].filter(
    ([name]) =>
      (!own || !/^(pgbackrest|server)\./.test(name)) && !(ownClients && name.startsWith(`${CLIENTS}.`)),
  )
  const others = values.filter(([name, value]) => secrets.isKept(name) && differs(secrets.get(name), value))
  if (others.length > 0 && !context.vars.replace)
    throw refusal(
      `the store has a different value of ${listed(others.map(([name]) => name))}`,
      'To replace the value in the store with the one on the nodes: -e replace=true. A value from an environment variable is not replaced: unset the variable.',
    )
  for (const [name, value] of values)
    if (!secrets.isKept(name) || differs(secrets.get(name), value)) secrets.adopt(name, value)
}

const AUTHORITY = nameOf('authority', { name: '' })

const differs = (one: Secret, other: Secret): boolean => reveal(one) !== reveal(other)

// Not those of a node alone either, but only where there is something that they open.
const KEYS = ['pooler', 'cipher', 'storeCipher', 'storeAccess', 'storeSecret'] as const

/** What the nodes have, by its names in the store. */
function onNodes(
  { limited, secrets }: Pick<Context, 'limited' | 'secrets'>,
  nodes: readonly Host[],
  found: (node: Host) => FoundSecrets,
): ReadonlyMap<string, Secret> {
  const chosen = nodes.filter((node) => limited.includes(node))
  const values = new Map<string, Secret>()
  for (const kind of [...PASSWORDS, ...KEYS] as const) {
    const shared = sharedBy(chosen, kind, found)
    if (shared !== undefined) values.set(nameOf(kind, { name: '' }), shared)
  }
  for (const [name, value] of clientsOf(secrets, chosen, found)) values.set(name, value)
  const authority = chosen.map((node) => found(node).authority).find((one) => one !== undefined)
  if (authority !== undefined) values.set(AUTHORITY, authority)
  for (const node of nodes) {
    const { wireguard, certificate, certificateKey, server } = found(node)
    if (wireguard !== undefined) values.set(nameOf('wireguard', node), wireguard)
    if (server !== undefined && authority !== undefined) values.set(serverSecret(node), server)
    if (certificate === undefined || certificateKey === undefined || authority === undefined) continue
    const name = `pgbackrest.${node.name}`
    values.set(name, new Secret(name, reveal(certificateKey) + reveal(certificate)))
  }
  return values
}

/** The authority of clients, without its key, and the list of what it revoked: without that list those would be let in again. */
function clientsOf(
  secrets: Context['secrets'],
  nodes: readonly Host[],
  found: (node: Host) => FoundSecrets,
): readonly (readonly [string, Secret])[] {
  const name = nameOf('clients', { name: '' })
  for (const node of nodes) {
    const [certificate = '', list = ''] = reveal(found(node).clients ?? new Secret(name, '')).split(
      /(?=-----BEGIN X509 CRL-----)/,
    )
    // What is damaged on one node is whole on another.
    const book = secrets.lostLogins(CLIENTS, certificate, list)
    if (book === undefined) continue
    return [[name, new Secret(name, certificate)], ...(list === '' ? [] : [[book.name, book] as const])]
  }
  return []
}

function sharedBy(
  nodes: readonly Host[],
  kind: (typeof PASSWORDS)[number] | (typeof KEYS)[number],
  found: (node: Host) => FoundSecrets,
): Secret | undefined {
  const values = nodes.flatMap((node) => found(node)[kind] ?? [])
  const [first] = values
  if (first === undefined || !values.some((one) => differs(one, first))) return first
  const having = nodes.filter((node) => found(node)[kind] !== undefined)
  throw refusal(
    `${listed(having.map(({ name }) => name))} have different values of the ${WORDS[kind]}`,
    'Choose the node with the right value, such as -l node-a. After that, site says what to do on the other nodes.',
  )
}

/** What was taken over, and what no node could give. */
export function takeOverReport(context: ReportContext<Vars, TakeOverFacts>): Report {
  const { hosts, facts, secrets, vars, check, stateDir } = settled(context)
  const nodes = nodesOf(hosts)
  const taken = [...onNodes(context, nodes, ({ name }) => facts.found[name] ?? {}).keys()]
  const missing = vars.databases.map(ownerSecret).filter((name) => !secrets.isKept(name))
  const store = `${stateDir}/secrets.age`
  return {
    parts: [
      {
        kind: 'lines',
        lines: [
          {
            text: `${store} ${check ? 'would have' : 'has'} what the nodes have: ${listed(taken) || 'nothing'}.`,
          },
          ...missing.map((name) => ({
            text: {
              text: `No node keeps ${name}. Store what the applications use: ${secrets.command(`set ${name}`)}`,
              tone: 'warning' as const,
            },
          })),
          { text: 'Then check that nothing differs: run-playbook site --check' },
        ],
      },
    ],
    data: { taken, missing },
  }
}

const refusal = (message: string, hint: string): UserError =>
  new UserError('E_TAKE_OVER', `not taken over: ${message}`, { hint: `${hint} Nothing was changed.` })
