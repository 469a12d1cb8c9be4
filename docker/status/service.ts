import { utimes, writeFile } from 'node:fs/promises'
import { type Reading, expiryOf, fromPostgres, iso } from '../../lib/cluster/status/assemble.ts'
import { fromRepository, newestOf, windowOf } from '../../lib/cluster/status/backups.ts'
import type { Config, Node } from '../../lib/cluster/status/config.ts'
import { repositoryReader } from './facts/backups.ts'
import { shownCertificate } from './facts/certificate.ts'
import { filesReader } from './facts/files.ts'
import { peerReader } from './facts/peers.ts'
import { factsSchema, slowFactsSchema } from '../../lib/cluster/status/postgres-facts.ts'
import { Session } from './facts/session.ts'
import { tlsFilesOf, tlsReader } from './facts/tls-files.ts'
import { Source } from './facts/source.ts'
import { FACTS, SLOW_FACTS } from '../../lib/cluster/status/sql.ts'
import { describeBusy, describeTrouble } from '../../lib/cluster/status/connection-trouble.ts'
import { EVERY_SECONDS, History } from './history.ts'
import { type Peer, SCHEMA_VERSION, type Status } from '../../lib/cluster/status/schema.ts'
import { warningsFor } from '../../lib/cluster/status/warnings/index.ts'

/** How long an answer waits for what is not PostgreSQL's: a disk that hangs, a node that is gone. */
const PATIENCE_MS = 1000

/** How old an answer may be, in milliseconds. However many ask, nothing is read more often than this. */
const FRESH = { facts: 500, slow: 30_000, certificate: 10_000, repository: 1000, files: 1000, peers: 2000 }

/** A peer that has gone shows within 5 s, and it takes a moment to be sure of it: it is asked twice in that time. */
const LOOKS_A_POINT = 2

export interface PeerView {
  readonly node: Node
  readonly status: Status | undefined
  readonly readAt: number | undefined
  readonly failure: Error | undefined
}

/** This node, and what it knows of the others. Works on its own time as well, so that charts have no holes. */
export class Service {
  readonly config: Config
  readonly #session: Session
  readonly #facts
  readonly #slow
  readonly #certificate
  readonly #tls
  readonly #repository
  readonly #files
  readonly #peers
  readonly #history = new History()
  readonly #startedAt = Date.now()
  readonly #version: string
  #timer: NodeJS.Timeout | undefined

  constructor(config: Config, version = '0') {
    this.config = config
    this.#version = version
    this.#session = new Session(config.postgres)
    this.#facts = new Source(async () => factsSchema.parse(await this.#session.ask(FACTS)))
    this.#slow = new Source(async () => slowFactsSchema.parse(await this.#session.ask(SLOW_FACTS)))
    const { node, postgres } = config
    this.#certificate = new Source(() => shownCertificate(node.address, postgres.port), PATIENCE_MS)
    this.#tls = new Source(tlsReader(postgres.host), PATIENCE_MS)
    this.#repository =
      config.pgbackrest === null
        ? undefined
        : new Source(repositoryReader(config.pgbackrest, config.stateDir), PATIENCE_MS)
    this.#files = new Source(filesReader(config.stateDir, config.pooler), PATIENCE_MS)
    this.#peers = config.peers.map((node) => ({ node, source: new Source(peerReader(config, node)) }))
  }

  start(): void {
    let looks = 0
    const tick = async () => {
      await Promise.all([this.status(), this.#askPeers()])
      if (looks++ % LOOKS_A_POINT === 0) this.#history.add(this.#assemble())
      await this.#alive()
    }
    // Whatever goes wrong in one look, the next one comes.
    const look = () => void tick().catch((error: unknown) => console.error(error))
    this.#timer = setInterval(look, (EVERY_SECONDS / LOOKS_A_POINT) * 1000)
    look()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#session.close()
  }

  /** This node now. Of its peers what they said last: asking them here would let two nodes ask each other for ever. */
  async status(): Promise<Status> {
    await Promise.all([
      this.#facts.refresh(FRESH.facts),
      this.#repository?.refresh(FRESH.repository),
      this.#files.refresh(FRESH.files),
      this.#certificate.refresh(FRESH.certificate),
      this.#tls.refresh(FRESH.files),
    ])
    // In turn, and only where the server just answered: there is one connection.
    if (this.#facts.failure === undefined) await this.#slow.refresh(FRESH.slow)
    return this.#assemble()
  }

  /** Only what a load balancer asks for: PostgreSQL and nothing else. */
  async health(): Promise<Status> {
    await this.#facts.refresh(FRESH.facts)
    return this.#assemble()
  }

  /** The other nodes now. */
  async peers(): Promise<readonly PeerView[]> {
    await this.#askPeers()
    return this.knownPeers()
  }

  /** The other nodes as they were when they were asked last. */
  knownPeers(): readonly PeerView[] {
    return this.#peers.map(({ node, source }) => ({
      node,
      status: source.value,
      readAt: source.readAt,
      failure: source.failure,
    }))
  }

  async #askPeers(): Promise<void> {
    await Promise.all(this.#peers.map(({ source }) => source.refresh(FRESH.peers)))
  }

  #assemble(): Status {
    const now = Date.now()
    const { about, ...database } = fromPostgres(this.#facts, this.#slow, this.config.peers, now)
    const { failure } = this.#facts
    const busy = failure && describeBusy(failure)
    const up = busy !== undefined || this.#facts.value !== undefined
    const running = { up, state: 'running' as const, reason: busy ?? null }
    const trouble = busy === undefined && failure && { up: false, ...describeTrouble(failure) }
    const { name, address } = this.config.node
    const known = {
      schemaVersion: SCHEMA_VERSION,
      time: iso(now),
      node: { name, address },
      postgres: { ...(trouble || running), ...about, ...this.#ofTls(now) },
      ...database,
      backups: fromRepository(this.#repository ?? NOTHING, this.#files.value?.attempt ?? null, now),
      window: windowOf(this.#repository ?? NOTHING),
      objectStore: this.#files.value?.objectStore ?? null,
      pooler: this.#files.value?.pooler ?? null,
      repository: this.#files.value?.repository ?? null,
      drill: this.#files.value?.drill ?? null,
      unreadable: [...(this.#files.value?.broken ?? [])],
      peers: this.#peers.map(({ node, source }) => peerOf(node, source)),
      history: this.#history.get(),
      service: {
        version: this.#version,
        startedAt: iso(this.#startedAt),
        memoryBytes: process.memoryUsage.rss(),
      },
    } satisfies Omit<Status, 'warnings'>
    const warnings = warningsFor(known, this.config)
    // Judged first: the only full backup may be an old one.
    return { ...known, backups: newestOf(known.backups), warnings }
  }

  // Of a server that is down as it was seen last: it will show the same one again.
  #ofTls(now: number): Pick<Status['postgres'], 'certificateUntil' | 'clientAuthorityUntil' | 'tlsFiles'> {
    const { value: shown } = this.#certificate
    return {
      certificateUntil: shown ? iso(Date.parse(shown.validTo)) : null,
      clientAuthorityUntil: expiryOf(this.#tls.value?.authority),
      tlsFiles: tlsFilesOf(this.#tls.value, shown, now),
    }
  }

  async #alive(): Promise<void> {
    const { aliveFile } = this.config
    if (aliveFile === undefined) return
    const now = new Date()
    await utimes(aliveFile, now, now).catch(() => writeFile(aliveFile, ''))
  }
}

const NOTHING: Reading<never> = { value: undefined, readAt: undefined, failure: undefined }

function peerOf({ name, address }: Node, { value, readAt, failure }: Reading<Status>): Peer {
  return {
    name,
    address,
    reached: readAt !== undefined && failure === undefined,
    reason: failure?.message ?? null,
    at: readAt === undefined ? null : iso(readAt),
    role: value?.postgres.role ?? null,
    up: failure === undefined ? (value?.postgres.up ?? null) : null,
    timeline: value?.postgres.timeline ?? null,
    systemIdentifier: value?.postgres.systemIdentifier ?? null,
    promotion: value?.postgres.promotion ?? null,
  }
}
