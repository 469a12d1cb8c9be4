import { Secret } from '../../core/secret.ts'
import { ask, readerOfOne } from '../../core/probe.ts'
import { EVERYTHING } from '../../core/resource.ts'
import { sh } from '../../core/sh.ts'
import type { Fact } from '../../playbook/playbook.ts'
import { SECRET_FILES, wireguardKeyScript } from '../facts/secrets.ts'
import { nodesOf } from '../nodes.ts'
import { SECRETS, SERVER_CERTIFICATE } from '../places.ts'

// Its certificate and key besides what other playbooks compare: to take over, all is wanted.
const FILES = {
  ...SECRET_FILES,
  certificate: 'pgbackrest_node.crt',
  certificateKey: 'pgbackrest_node.key',
} as const

/** What {@link foundSecrets} looks for on a node. */
export type FoundKind = keyof typeof FILES | 'server' | 'wireguard'

/** The secrets of a node, themselves. */
export type FoundSecrets = Readonly<Partial<Record<FoundKind, Secret>>>

/** Reads the secrets that lie on a node. For `take-over` alone: every other playbook makes do with fingerprints. */
export const foundSecrets: Fact<FoundSecrets | undefined> = {
  hosts: nodesOf,
  probe: () => ask(reader, ''),
  unknown: undefined,
}

/** What a container that was made by hand has of its passwords: in a variable, or in a file that a variable names. */
const BY_HAND = [
  { kind: 'superuser', variable: 'POSTGRES_PASSWORD' },
  { kind: 'replicator', variable: 'POSTGRES_REPLICATION_PASSWORD' },
  { kind: 'rewinder', variable: 'POSTGRES_REWIND_PASSWORD' },
] as const

// Only of our image: in another one these variables mean something else, and the file may be anybody's.
const BY_HAND_SCRIPT = `
  by_hand() {
    [ ! -s "$2" ] || return 0
    case $(docker container inspect -f '{{index .Config.Labels "org.opencontainers.image.title"}}' postgres 2>/dev/null) in
      'run-playbook '*) ;;
      *) return 0 ;;
    esac
    found=$(docker exec -u root postgres sh -c 'eval value=\\\${$1:-} file=\\\${$1_FILE:-/run/secrets/$2}
      if [ -n "$value" ]; then printf %s "$value"; elif [ -s "$file" ]; then cat "$file"; fi' sh "$3" "$4" </dev/null 2>/dev/null |
      base64 | tr -d '\\n')
    [ -z "$found" ] || echo "$1 $found"
  }`

/** POSIX sh. In base64: some have several lines, and none may end what is printed. */
export const foundScript = (
  secrets = SECRETS,
  wireguard = '/etc/wireguard',
  server = SERVER_CERTIFICATE,
): string => `${BY_HAND_SCRIPT}
  ${[
    ...Object.entries(FILES).map(([kind, file]) => [kind, `${secrets}/${file}`] as const),
    ['server', server] as const,
  ]
    .map(([kind, path]) => sh`if [ -s ${path} ]; then echo ${kind} "$(base64 < ${path} | tr -d '\\n')"; fi`)
    .join('\n  ')}
  ${BY_HAND.map(({ kind, variable }) => sh`by_hand ${kind} ${`${secrets}/${FILES[kind]}`} ${variable} ${FILES[kind]}`).join('\n  ')}
  key=$(${wireguardKeyScript(wireguard)})
  if [ -n "$key" ]; then echo wireguard "$(printf %s "$key" | base64 | tr -d '\\n')"; fi`

/** @param text what the script printed */
export function parseFound(text: string): FoundSecrets {
  const lines = text.split('\n').map((line) => line.split(' '))
  const kinds: readonly string[] = [...Object.keys(FILES), 'server', 'wireguard']
  return Object.fromEntries(
    lines.flatMap(([kind = '', base64 = '']) =>
      kinds.includes(kind) && base64 !== ''
        ? [[kind, new Secret(kind, withoutBreak(kind, Buffer.from(base64, 'base64').toString()))]]
        : [],
    ),
  )
}

// A password that was written with an editor ends with one, and PostgreSQL's entrypoint reads it without.
const withoutBreak = (kind: string, text: string): string =>
  PEM.includes(kind) ? text : text.replace(/\n+$/, '')

const PEM: readonly string[] = ['authority', 'clients', 'certificate', 'certificateKey', 'server']

const reader = readerOfOne<FoundSecrets>({
  name: 'found_secrets',
  ask: () => foundScript(),
  parse: ({ stdout }) => parseFound(stdout.toString()),
  sees: () => [EVERYTHING],
})
