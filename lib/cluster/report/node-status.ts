import { X509Certificate } from 'node:crypto'
import type { Host } from '../../playbook/inventory.ts'
import { parseRepository, recoverableWindow } from '../../pgbackrest/index.ts'
import { type Reading, expiryOf, fromPostgres, iso } from '../status/assemble.ts'
import { fromRepository, windowOf } from '../status/backups.ts'
import type { Node } from '../status/config.ts'
import type { RepositoryFacts } from '../status/backups.ts'
import { parseObjectStore } from '../status/object-store.ts'
import { parseStateFile } from '../status/state-files.ts'
import { parseKnownStanza } from '../status/known-stanza.ts'
import { type Facts, factsSchema, slowFactsSchema } from '../status/postgres-facts.ts'
import { SCHEMA_VERSION } from '../status/schema.ts'
import type { Known } from '../status/warnings/warn.ts'
import { less } from '../capacity.ts'
import type { UpgradeState } from '../upgrade/order.ts'
import { slotName } from '../vars/node-role.ts'
import { type DiskFact, parseDisk } from '../facts/disk.ts'
import { type Answer, parsed, parsedText } from './answer.ts'
import { whySilent } from './container-trouble.ts'

/** A node as the status service has it, and what only somebody outside of its containers can see. */
export interface NodeStatus extends Known {
  /** Neither data nor a container: `site` was not here yet. */
  readonly bare: boolean
  readonly fence: string | null
  /** An upgrade to another major version that was begun, or whose old data are kept. */
  readonly upgrade: UpgradeState | null
  /** Whether Docker says what runs. Without it containers go on, and nobody knows. */
  readonly docker: 'answers' | 'missing' | 'down' | 'silent'
  readonly containers: Readonly<Record<string, string>>
  /** Version of pgBackRest. */
  readonly pgbackrest: string | null
  /** Seconds that its clock is ahead of ours. */
  readonly clockAhead: number
}

export const nodeOf = ({ name, address }: Host): Node => ({
  name,
  address,
  replicationName: slotName(address),
})

/** @param now our own clock, in milliseconds */
export function nodeStatus(answer: Answer, host: Host, others: readonly Host[], now: number): NodeStatus {
  const { facts, containers } = answer
  const clock = clockOf(facts.get('clock')) ?? now
  const ownDisk = parsedDisk(facts)
  const disk = ownDisk ?? parseDisk(new Map())
  const value = parsed(facts.get('facts'), (json) => factsSchema.parse(json))
  const slow = parsed(facts.get('slow'), (json) => slowFactsSchema.parse(json))
  const reading = { value, readAt: value && clock, failure: value ? undefined : new Error('no answer') }
  const { about, ...database } = fromPostgres(
    reading,
    { value: slow, readAt: slow && clock },
    others.map(nodeOf),
    clock,
  )
  const state =
    value === undefined ? whySilent(answer) : { up: true, state: 'running' as const, reason: null }
  const fromDisk = {
    role: disk.disk === 'none' ? null : disk.disk,
    timeline: disk.timeline || null,
    systemIdentifier: disk.systemId || null,
  }
  const tls = parsedText(facts.get('tls.json'), parseStateFile.tls)
  const tlsFiles = tls?.on === true ? { trouble: tls.trouble, replaced: null } : null
  const repository = repositoryOf(answer, clock)
  const file = <Value>(name: string, parse: (text: string) => Value) => {
    const text = facts.get(name)
    return text === undefined ? undefined : (parsedText(text, parse) ?? null)
  }
  const files = {
    'repository.json': file('repository.json', parseStateFile.repository),
    'backup.json': file('backup.json', parseStateFile.attempt),
    'drill.json': file('drill.json', parseStateFile.drill),
    'object-store.json': file('object-store.json', parseObjectStore),
    'pooler.json': file('pooler.json', parseStateFile.pooler),
  }
  return {
    schemaVersion: SCHEMA_VERSION,
    time: iso(clock),
    node: { name: host.name, address: host.address },
    postgres: {
      ...state,
      ...about,
      ...(value === undefined && fromDisk),
      certificateUntil: untilOf(answer),
      clientAuthorityUntil: expiryOf(tls?.authority),
      tlsFiles,
    },
    ...database,
    backups: { ...fromRepository(repository, files['backup.json'] ?? null, clock), ...spaceOf(answer) },
    window: windowOf(repository),
    objectStore: files['object-store.json'] ?? null,
    pooler: files['pooler.json'] ?? null,
    repository: files['repository.json'] ?? null,
    drill: files['drill.json'] ?? null,
    unreadable: [
      ...Object.entries(files).flatMap(([name, content]) => (content === null ? [name] : [])),
      ...(ownDisk === undefined ? ['pg_control'] : []),
    ],
    peers: [],
    pgbackrest: facts.get('pgbackrest') || null,
    heldUp: heldUp(value, answer),
    bare: disk.disk === 'none' && !containers.has('postgres'),
    fence: disk.fence ?? null,
    upgrade: disk.upgrade ?? null,
    docker: dockerOf(facts.get('docker')),
    containers: Object.fromEntries([...containers].map(([name, { Status }]) => [name, Status])),
    clockAhead: Math.round((clock - now) / 1000),
  }
}

function heldUp(value: Facts | undefined, { asks }: Answer): string | undefined {
  const [short] = less(value?.capacity ?? {}, asks)
  if (short === undefined) return undefined
  return `${short.name} is ${short.has} here and ${short.needs} on the primary. The replica restarts by itself with a sufficient value`
}

function dockerOf(said: string | undefined): NodeStatus['docker'] {
  if (said === undefined) return 'answers'
  return said === 'missing' || said === 'down' ? said : 'silent'
}

/** Milliseconds; undefined for what no date can be made of. */
function clockOf(text: string | undefined): number | undefined {
  const seconds = /^\d{1,11}$/.test(text ?? '') ? Number(text) : undefined
  return seconds && seconds * 1000
}

function repositoryOf(answer: Answer, clock: number): Reading<RepositoryFacts> {
  const text = answer.facts.get('info')
  const labels = answer.facts.get('folders')
  try {
    const info = parseKnownStanza(text ?? '', 'main')
    const folders = labels === undefined ? null : new Set(labels.split(' '))
    const value = { info, folders, window: archiveOf(answer), freeBytes: null, totalBytes: null }
    return { value, readAt: clock, failure: undefined }
  } catch {
    const why = text?.replace(/^.*?ERROR: */, 'pgbackrest: ') ?? 'no container that could read it is running'
    return { value: undefined, readAt: undefined, failure: new Error(why) }
  }
}

// What the archive itself can bring back, not what `info` believes.
function archiveOf({ repository }: Answer): RepositoryFacts['window'] {
  if (repository === '') return undefined
  try {
    return recoverableWindow(parseRepository(repository))
  } catch {
    return undefined
  }
}

// Of its file. The status service asks PostgreSQL itself.
function untilOf({ facts }: Answer): string | null {
  const certificate = (base64: string) => new X509Certificate(Buffer.from(base64, 'base64'))
  return parsedText(facts.get('certificate'), (text) => iso(Date.parse(certificate(text).validTo))) ?? null
}

function spaceOf({ facts }: Answer) {
  const [total, free] = (facts.get('space') ?? '').split(' ').map(Number)
  return { repositoryTotalBytes: total || null, repositoryFreeBytes: free ?? null }
}

function parsedDisk(facts: ReadonlyMap<string, string>): DiskFact | undefined {
  try {
    return parseDisk(facts)
  } catch {
    return undefined
  }
}
