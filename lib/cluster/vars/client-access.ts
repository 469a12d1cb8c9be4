import { z } from 'zod'
import { network } from '../../modules/network/wireguard/subnet.ts'
import { POOLER_ROLE } from './pooler.ts'

/** The roles of the cluster itself have lines of their own, which come first. */
export const OWN_ROLES: readonly string[] = ['postgres', 'replicator', 'rewinder', 'basebackup', 'monitor']

/** Those, and the one of PgBouncer: none of them is a client's. */
export const CLUSTER_ROLES: readonly string[] = [...OWN_ROLES, POOLER_ROLE]

// Written in quotes, which PostgreSQL takes for the name itself; a slash makes it a regular expression all the same.
const name = z
  .string()
  .min(1)
  .refine((text) => Buffer.byteLength(text) <= 63, 'is longer than 63 bytes, which PostgreSQL cuts off')
  .refine(
    (text) => !/["\p{Cc}]/u.test(text) && !text.startsWith('/'),
    'cannot contain a double quote or a control character, or begin with a slash',
  )

const names = (one: z.ZodType<string, string>) => z.union([one, z.array(one).min(1)]).default('all')

const role = name.refine(
  (text) => !OWN_ROLES.includes(text),
  'is a role of the cluster itself, which has lines of its own',
)

/** A line of pg_hba.conf: https://www.postgresql.org/docs/current/auth-pg-hba-conf.html */
const line = z
  .strictObject({
    /** Names of databases. @default 'all' */
    database: names(name),
    /** Names of roles. @default 'all' */
    user: names(role),
    /** A network such as '10.20.0.0/16', or 'all'. @default the network of the overlay */
    address: z
      .string()
      .refine(
        (text) => text === 'all' || network(text) === text,
        "must be a network such as '10.20.0.0/16', or 'all'",
      )
      .optional(),
    /** `cert`: a client certificate for the role, and no password. @default 'scram-sha-256' */
    method: z.enum(['scram-sha-256', 'cert', 'reject']).default('scram-sha-256'),
    /** A client certificate besides the password: for the role, `verify-full`, or any that the authority issued. @default none */
    clientcert: z.enum(['verify-full', 'verify-ca']).optional(),
  })
  .refine(
    ({ method, clientcert }) => clientcert === undefined || method === 'scram-sha-256',
    "clientcert is for the method 'scram-sha-256': 'cert' checks the certificate anyway",
  )

export const clientAccess = z.array(line)

export type ClientLine = z.output<typeof line>

/** Whether any of them asks for a client certificate. */
export const wantsCertificates = (lines: readonly ClientLine[]): boolean => lines.some(demands)

const demands = ({ method, clientcert }: ClientLine): boolean => method === 'cert' || clientcert !== undefined

/**
 * The lines as pg_hba.conf has them. Whom one with a certificate is for may not come without TLS either: a line further down would
 * let them in with a password alone.
 */
export function hbaLines(lines: readonly ClientLine[], overlay: string, tlsOnly: boolean): readonly string[] {
  return lines.flatMap((line) => {
    const { method, clientcert, address = overlay } = line
    const who = `${quoted(line.database)} ${quoted(line.user)} ${address}`
    const how = clientcert === undefined ? method : `${method} clientcert=${clientcert}`
    if (demands(line)) return [`hostssl   ${who} ${how}`, `hostnossl ${who} reject`]
    return [`${tlsOnly && method !== 'reject' ? 'hostssl' : 'host   '}   ${who} ${how}`]
  })
}

/**
 * The same for PgBouncer. It cannot show PostgreSQL the certificate of a client, so whoever needs one has to come to PostgreSQL itself. Its
 * lines know no word for all addresses, and are not read where they have one that it does not know.
 */
export function poolerHbaLines(
  lines: readonly ClientLine[],
  databases: readonly string[],
  overlay: string,
  tlsOnly: boolean,
): readonly string[] {
  const type = (method: string) => (tlsOnly && method !== 'reject' ? 'hostssl' : 'host')
  const wanted = lines.flatMap((line) => {
    const { address = overlay } = line
    const method = demands(line) ? 'reject' : line.method
    const addresses = address === 'all' ? ['0.0.0.0/0', '::/0'] : [address]
    return addresses.map(
      (one) => `${type(method)} ${quoted(line.database)} ${quoted(line.user)} ${one} ${method}`,
    )
  })
  return [...wanted, `${type('')} ${quoted(databases)} all ${overlay} scram-sha-256`]
}

const quoted = (names: string | readonly string[]): string =>
  [names]
    .flat()
    .map((one) => (one === 'all' ? one : `"${one}"`))
    .join(',')
