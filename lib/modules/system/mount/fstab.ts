import { normalPath } from '../../../core/schemas.ts'
import { linesOf, withLines } from '../../shared/edit-lines.ts'

/** A line of fstab, its fields as they are meant. */
export interface Entry {
  readonly src: string
  readonly path: string
  readonly fstype: string
  readonly opts: string
  readonly dump: string
  readonly passno: string
}

/** Which entries are meant: those of a mount point, or of one swap. */
export interface Which {
  readonly path: string
  readonly src?: string | undefined
}

/** The first entry of a mount point, which is the one that mount takes. */
export const entryOf = (text: string, which: Which): Entry | undefined =>
  linesOf(text)
    .map((line) => parse(line)?.entry)
    .find((entry) => entry !== undefined && isMeant(entry, which))

/** The text with the entry as it is wanted, or without any. Other lines stay byte for byte. */
export const editFstab = (text: string, which: Which, wanted: Entry | undefined): string =>
  withLines(text, editLines(linesOf(text), which, wanted))

function editLines(lines: readonly string[], which: Which, wanted: Entry | undefined): readonly string[] {
  const own = lines.flatMap((line, at) => {
    const found = parse(line)
    return found !== undefined && isMeant(found.entry, which) ? [{ at, ...found }] : []
  })
  const kept = wanted === undefined ? undefined : own[0]
  const changed =
    wanted === undefined || kept === undefined || isSame(kept.entry, wanted)
      ? lines
      : lines.with(kept.at, [format(wanted), ...(kept.comment === '' ? [] : [kept.comment])].join(' '))
  const left = changed.filter((_, at) => !own.some((one) => one.at === at && one !== kept))
  return wanted !== undefined && kept === undefined ? [...left, format(wanted)] : left
}

function isMeant({ path, src, fstype }: Entry, which: Which): boolean {
  if (which.path !== 'none') return path === which.path
  return fstype === 'swap' && (path === 'none' || path === 'swap') && src === which.src
}

const isSame = (one: Entry, other: Entry): boolean =>
  one.src === other.src &&
  one.fstype === other.fstype &&
  one.opts === other.opts &&
  one.dump === other.dump &&
  one.passno === other.passno

/** The fields of a line, and what follows them. */
function parse(line: string): { readonly entry: Entry; readonly comment: string } | undefined {
  const text = line.trim()
  if (text === '' || text.startsWith('#')) return undefined
  const [, whole = text, comment = ''] = /^((?:\S+\s+){3}\S+(?:\s+[^\s#]\S*){0,2})\s+(#.*)$/.exec(text) ?? []
  const [src, path, fstype, opts, dump = '0', passno = '0', ...more] = whole.split(/\s+/).map(unescaped)
  if (src === undefined || path === undefined || fstype === undefined || opts === undefined) return undefined
  if (more.length > 0) return undefined
  return { entry: { src, path: normalPath(path), fstype, opts, dump, passno }, comment }
}

const format = ({ src, path, fstype, opts, dump, passno }: Entry): string =>
  [src, path, fstype, opts, dump, passno].map(escaped).join(' ')

/** A blank or a backslash is three octal digits, in fstab as in what the kernel shows. */
export const escaped = (text: string): string =>
  text.replace(/[ \t\\]/g, (one) => `\\${one.charCodeAt(0).toString(8).padStart(3, '0')}`)

export const unescaped = (text: string): string =>
  text.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
