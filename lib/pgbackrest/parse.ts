import { type PgbackrestInfo, parseStanzas } from './info.ts'
import { backupOfInfo, object, parseBackup, parseJson } from './parse-backup.ts'
import type { Archive, Backup, Range, Repository, Switch } from './repository.ts'
import { parseLsn } from './lsn.ts'

/**
 * Reads what `docker/postgres/pgbackrest/repository` printed. Never throws: what makes no sense becomes a problem in words.
 *
 * @example
 * const { backups, problems } = parseRepository(stdout)
 */
export function parseRepository(text: string): Repository {
  const found = new Reading()
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ')
    const [word, rest] = space < 0 ? [line, ''] : [line.slice(0, space), line.slice(space + 1)]
    found.take(word, rest)
  }
  return found.repository()
}

interface Mutable {
  readonly ranges: Range[]
  readonly histories: Map<number, readonly Switch[]>
  readonly useless: Map<string, string>
}

class Reading {
  #folder = ''
  #asOf = new Date(0)
  #encrypted = false
  #ended = false
  #db = new Map<string, string>()
  readonly #versions = new Map<number, string>()
  readonly #lines = new Map<string, string>()
  readonly #backups: Backup[] = []
  readonly #folders = new Set<string>()
  readonly #archives = new Map<string, Mutable>()
  readonly #problems: string[] = []

  take(word: string, rest: string): void {
    const fields = rest.split(' ')
    if (word === 'repository') this.#begin(rest)
    else if (word === 'clock') this.#asOf = epoch(rest) ?? this.#asOf
    else if (word === 'encrypted') this.#encrypted = true
    else if (word === 'db') this.#db.set(...keyValue(rest))
    else if (word === 'cluster') this.#cluster(...keyValue(rest))
    else if (word === 'backup') this.#lines.set(...keyValue(rest))
    else if (word === 'info') this.#info(rest)
    else if (word === 'folder') this.#folders.add(rest)
    else if (word === 'wal') this.#wal(fields)
    else if (word === 'twice') this.#useless(fields, 'is there twice, with different content')
    else if (word === 'empty') this.#useless(fields, 'is an empty file')
    else if (word === 'history') this.#history(fields)
    else if (word === 'problem') this.#problems.push(rest)
    else if (word === 'end') this.#ended = true
  }

  repository(): Repository {
    for (const [label, text] of this.#lines) this.#add(parseBackup(label, text, this.#versions), label)
    const problems = [...this.#problems]
    if (!this.#ended) problems.push(`what was read of the repository ${this.#folder} is cut short`)
    const id = Number(this.#db.get('db-id') ?? Math.max(0, ...this.#versions.keys()))
    return {
      folder: this.#folder,
      asOf: this.#asOf,
      encrypted: this.#encrypted,
      systemId: this.#db.get('db-system-id') ?? '',
      archiveId: this.#versions.has(id) ? `${this.#versions.get(id)}-${id}` : '',
      backups: this.#backups
        .map((backup) => ({ ...backup, present: this.#folders.has(backup.label) }))
        .toSorted((a, b) => a.stop.getTime() - b.stop.getTime()),
      archives: new Map([...this.#archives].map(([name, archive]) => [name, sorted(name, archive)])),
      problems,
    }
  }

  #begin(rest: string): void {
    const [version = '', ...folder] = rest.split(' ')
    this.#folder = folder.join(' ')
    if (version !== '1') this.#problems.push(`the repository is described in format ${version}, known is 1`)
  }

  #cluster(id: string, text: string): void {
    const version = object(parseJson(text))['db-version']
    if (typeof version === 'string') this.#versions.set(Number(id), version)
  }

  // The stanza's clusters first: a backup only names its number.
  #info(text: string): void {
    const found = firstStanza(text)
    if (found === undefined) this.#problems.push('pgbackrest info did not answer with JSON')
    for (const { id, version, systemId } of found?.databases ?? []) {
      this.#versions.set(id, version)
      this.#db.set('db-system-id', systemId)
    }
    for (const one of found?.backups ?? []) this.#add(backupOfInfo(one, this.#versions), one.label)
  }

  #add(backup: Backup | undefined, label: string): void {
    if (backup !== undefined) this.#backups.push(backup)
    else this.#problems.push(`backup.info tells nothing that makes sense of backup ${label}`)
  }

  #archive(id: string): Mutable {
    const known = this.#archives.get(id)
    if (known !== undefined) return known
    const made: Mutable = { ranges: [], histories: new Map(), useless: new Map() }
    this.#archives.set(id, made)
    return made
  }

  #wal([id = '', first = '', last = '', from = '', to = '']: readonly string[]): void {
    const [since, until] = [epoch(from), epoch(to)]
    if (!isSegment(first) || !isSegment(last) || since === undefined || until === undefined) return
    if (last < first || last.slice(0, 16) !== first.slice(0, 16)) return
    this.#archive(id).ranges.push({ first, last, since, until })
  }

  #useless([id = '', segment = '']: readonly string[], reason: string): void {
    if (isSegment(segment)) this.#archive(id).useless.set(segment, reason)
  }

  #history([id = '', timeline = '', ...parents]: readonly string[]): void {
    const switches = parents.map((text) => {
      const [parent = '', lsn = ''] = text.split('@')
      return { timeline: Number(parent), lsn: parseLsn(lsn) ?? -1n }
    })
    const wrong = switches.some(({ timeline: one, lsn }) => !Number.isSafeInteger(one) || one < 1 || lsn < 0n)
    if (!/^[0-9A-F]{8}$/.test(timeline)) return
    if (wrong || switches.length === 0) this.#problems.push(`${timeline}.history is damaged`)
    else this.#archive(id).histories.set(Number.parseInt(timeline, 16), switches)
  }
}

function firstStanza(text: string): PgbackrestInfo | undefined {
  try {
    return [...parseStanzas(text).values()][0]
  } catch {
    return undefined
  }
}

const isSegment = (name: string): boolean => /^[0-9A-F]{24}$/.test(name)

function keyValue(text: string): [string, string] {
  const equals = text.indexOf('=')
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)]
}

function epoch(text: string): Date | undefined {
  return /^\d{1,12}$/.test(text) ? new Date(Number(text) * 1000) : undefined
}

const sorted = (id: string, { ranges, histories, useless }: Mutable): Archive => ({
  id,
  ranges: ranges.toSorted((a, b) => (a.first < b.first ? -1 : 1)),
  histories,
  useless,
})
