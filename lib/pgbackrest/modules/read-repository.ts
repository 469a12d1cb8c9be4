import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Probe, type Reader, ask } from '../../core/probe.ts'
import { paths } from '../../core/resource.ts'
import { raw, sh } from '../../core/sh.ts'
import { type Repository, parseRepository } from '../index.ts'

export interface RepositoryArgs {
  /** On the host. @default `/data/backups` */
  readonly folder?: string | undefined
  /** @default `main` */
  readonly stanza?: string | undefined
  /** A running container that holds the key of an encrypted repository. @default `pgbackrest` */
  readonly container?: string | undefined
}

/**
 * Asks what a pgBackRest repository holds. The host needs neither Docker nor pgBackRest for it, unless the repository is
 * encrypted.
 *
 * @example
 * const fact: Fact<Repository | undefined> = { probe: () => readRepository({ folder: '/data/backups' }), unknown: undefined }
 */
export function readRepository(args: RepositoryArgs = {}): Probe<Repository> {
  const { folder = '/data/backups', stanza = 'main', container = 'pgbackrest' } = args
  return ask(reader, JSON.stringify([folder, stanza, container]))
}

const reader: Reader<Repository> = {
  name: 'pgbackrest_repository',
  ask: (keys) => `script=${sh`${script()}`}\n${keys.map((key, i) => one(key, i)).join('\n')}`,
  parse: ({ stdout }, keys) => {
    const parts = stdout.toString().split(/^#(\d+)\n/m)
    return keys.map((_, i) => parseRepository(parts[2 * i + 2] ?? ''))
  },
  sees: (key) => [paths.below(JSON.parse(key)[0] as string)],
}

// The container's words count only where it could read what the host can't.
function one(key: string, i: number): string {
  const [folder = '', stanza = '', container = ''] = JSON.parse(key) as string[]
  return sh`echo ${raw(`'#${i}'`)}
    found=$(sh -c "$script" repository ${folder} ${stanza} 2>&1)
    if printf '%s\n' "$found" | grep -qx encrypted && command -v docker >/dev/null; then
      inside=$(docker exec -u postgres ${container} repository /var/lib/pgbackrest ${stanza} </dev/null 2>/dev/null) && found=$inside
    fi
    printf '%s\n' "$found"`
}

let text: string | undefined

// From lib/ in the source, from dist/lib/ in the package.
function script(): string {
  const places = ['../../../', '../../../../'].map((up) =>
    fileURLToPath(new URL(`${up}docker/postgres/pgbackrest/repository`, import.meta.url)),
  )
  return (text ??= readFileSync(places.find(existsSync) ?? (places[0] as string), 'utf8'))
}
