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

/** POSIX sh. In base64: some have several lines, and none may end what is printed. */
export const foundScript = (
  secrets = SECRETS,
  wireguard = '/etc/wireguard',
  server = SERVER_CERTIFICATE,
): string => `
  ${[
    ...Object.entries(FILES).map(([kind, file]) => [kind, `${secrets}/${file}`] as const),
    ['server', server] as const,
  ]
    .map(([kind, path]) => sh`if [ -s ${path} ]; then echo ${kind} "$(base64 < ${path} | tr -d '\\n')"; fi`)
    .join('\n  ')}
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
