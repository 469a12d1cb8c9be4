import * as z from '../../../core/lazy-zod.ts'
import { UserError } from '../../../core/errors.ts'
import { type Reader, type Reply, readerOfOne } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { absolutePath } from '../../../core/schemas.ts'
import { BAD_PATTERN, LIMIT, type Query, script } from './script.ts'

/** What was found on the host. */
export interface FoundFile {
  /** Absolute path. */
  readonly path: string
  readonly type: 'file' | 'directory' | 'link' | 'other'
  /** Four octal digits. */
  readonly mode: string
  /** Name; `UNKNOWN` where the host has none for the number. */
  readonly owner: string
  readonly uid: number
  readonly group: string
  readonly gid: number
  /** Bytes. */
  readonly size: number
  /** When its content changed last, in milliseconds since 1970: `new Date(mtime)`. Whole seconds. */
  readonly mtime: number
  /** When its content, owner or mode changed last. */
  readonly ctime: number
  /** When it was read last, as far as the file system keeps that. */
  readonly atime: number
  /** In hex. Of files, with `checksum: true`. */
  readonly sha256?: string | undefined
}

/** What was not looked at. */
export interface SkippedPath {
  readonly path: string
  /** Such as `Permission denied`. */
  readonly reason: string
}

/** What a host answers, before the names, ages and sizes that are wanted are chosen from it. */
export interface Found {
  /** When it was asked, by the clock of the host: milliseconds since 1970. */
  readonly now: number
  readonly files: readonly FoundFile[]
  readonly skipped: readonly SkippedPath[]
}

const querySchema = z.object({
  paths: z.array(z.string()),
  fileType: z.enum(['any', 'directory', 'file', 'link']),
  depth: z.number().optional(),
  hidden: z.boolean(),
  names: z.array(z.string()),
  contains: z.string().optional(),
  checksum: z.boolean(),
})

const queryOf = (key: string): Query => ({
  depth: undefined,
  contains: undefined,
  ...querySchema.parse(JSON.parse(key)),
})

export const queryKey = (query: Query): string => JSON.stringify(query)

/** What lies in directories. The key is made by {@link queryKey}. */
export const found: Reader<Found> = readerOfOne<Found>({
  name: 'find',
  ask: (key) => script(queryOf(key)),
  parse: (reply, key) => parseFound(reply, queryOf(key)),
  sees: (key) => queryOf(key).paths.map(paths.below),
})

function parseFound(reply: Reply, query: Query): Found {
  assertWhole(reply, query)
  const tokens = reply.stdout.toString('latin1').split('\0')
  const files: FoundFile[] = []
  const skipped = complaints(reply.stderr, query)
  let names: string[] = []
  // The place in `files` of each name of the last lot.
  let lot: (number | undefined)[] = []
  for (const token of tokens.slice(1, -2)) {
    const text = token.slice(1)
    if (token.startsWith('/')) names.push(token)
    else if (token.startsWith('!')) skipped.push({ path: decoded(text), reason: 'is not a directory' })
    else if (token.startsWith('=')) {
      const lines = sameNumber(text, names.length)
      lot = names.map((name, i) => {
        const one = fileOf(name, lines[i] ?? '', query)
        if (one === undefined) return undefined
        if ('reason' in one) return void skipped.push(one)
        return files.push(one) - 1
      })
      names = []
    } else if (token.startsWith('#')) {
      for (const [i, sum] of sameNumber(text, lot.length).entries()) {
        const [, sha256] = /^([0-9a-f]{64}) /.exec(sum) ?? []
        const at = lot[i]
        const file = at === undefined ? undefined : files[at]
        if (at !== undefined && file !== undefined && sha256 !== undefined) files[at] = { ...file, sha256 }
      }
    } else throw senseless()
  }
  if (names.length > 0) throw senseless()
  const once = new Map(files.map((file) => [file.path, file]))
  return { now: seconds(tokens[0] ?? ''), files: [...once.values()].toSorted(byPath), skipped }
}

function assertWhole({ code, stdout, stderr }: Reply, { paths: asked, contains }: Query): void {
  if (code === 127)
    throw new UserError('E_NO_STAT', 'there is no stat on this host', {
      hint: 'Install coreutils or busybox.',
    })
  if (code === BAD_PATTERN)
    throw new UserError(
      'E_BAD_ARGUMENT',
      `grep does not accept ${contains} as an extended regular expression`,
      {
        hint: String.raw`Escape characters such as ( and + with \ where they stand for themselves.`,
      },
    )
  if (stdout.length >= LIMIT)
    throw new UserError('E_UNSUPPORTED', `there is too much below ${asked.join(', ')} to list it`, {
      hint: 'Set patterns, depth or fileType, or name directories further down.',
    })
  if (code !== 0 || stdout.subarray(-5).toString('latin1') !== '\0end\0')
    throw new Error(stderr.toString().trim() || 'the host did not list it to the end')
}

const senseless = (): Error => new Error('the host did not answer what it was asked')

const NUMBERS =
  /^([0-9a-f]{1,8}):(\d{1,10}):(\d{1,10}):(\d{1,15}):(-?\d{1,12}):(-?\d{1,12}):(-?\d{1,12}):([^:]*):([^:]*)$/

/** @returns undefined for what has gone meanwhile */
function fileOf(name: string, line: string, query: Query): FoundFile | SkippedPath | undefined {
  if (line === 'gone') return undefined
  const path = nameOf(name, query)
  const [all, mode = '', uid, gid, size, atime, mtime, ctime, owner = '', group = ''] =
    NUMBERS.exec(line) ?? []
  if (all === undefined) throw senseless()
  if (path === undefined) return { path: decoded(name), reason: 'its name has a line break, or is not UTF-8' }
  const bits = Number.parseInt(mode, 16)
  return {
    path,
    type: TYPES.get(bits & 0o170000) ?? 'other',
    mode: (bits & 0o7777).toString(8).padStart(4, '0'),
    owner: decoded(owner),
    uid: Number(uid),
    group: decoded(group),
    gid: Number(gid),
    size: Number(size),
    mtime: Number(mtime) * 1000,
    ctime: Number(ctime) * 1000,
    atime: Number(atime) * 1000,
  }
}

const TYPES = new Map<number, FoundFile['type']>([
  [0o100000, 'file'],
  [0o040000, 'directory'],
  [0o120000, 'link'],
])

/** @returns undefined for a name that no task can take. @throws for one that is somewhere else */
function nameOf(name: string, { paths: asked }: Query): string | undefined {
  const path = decoded(name)
  if (!asked.some((folder) => path.startsWith(folder === '/' ? '/' : `${folder}/`))) throw senseless()
  if (!Buffer.from(path).equals(Buffer.from(name, 'latin1'))) return undefined
  if (/[\n\r]/.test(path)) return undefined
  const checked = absolutePath.safeParse(path)
  if (checked.data !== path) throw senseless()
  return path
}

const decoded = (name: string): string => Buffer.from(name, 'latin1').toString()

function sameNumber(text: string, count: number): string[] {
  const lines = text.split('\n')
  if (lines.length !== count) throw senseless()
  return lines
}

function seconds(text: string): number {
  if (!/^\d{1,12}$/.test(text)) throw senseless()
  return Number(text) * 1000
}

/** What find could not enter. What has gone meanwhile is not worth a word. */
function complaints(stderr: Buffer, { paths: asked }: Query): SkippedPath[] {
  return stderr
    .toString()
    .split('\n')
    .flatMap((line) => {
      const [, path = '', reason = ''] = /^find: ['‘]?(\/.{0,4096}?)['’]?: ([^:]{1,200})$/.exec(line) ?? []
      const ours = asked.some((folder) => `${path}/`.startsWith(folder === '/' ? '/' : `${folder}/`))
      return ours && reason !== 'No such file or directory' ? [{ path, reason }] : []
    })
}

const byPath = (a: FoundFile, b: FoundFile): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)
