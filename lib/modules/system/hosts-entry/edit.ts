import { isIP } from 'node:net'
import { spelling } from '../../shared/address.ts'
import type { HostsEntry } from './args.ts'

/** A line that gives names to an address. */
interface Entry {
  /** The address as it is written, with what stands before and behind it. */
  readonly head: string
  readonly address: string
  readonly names: readonly string[]
  /** A comment behind the names, with what stands before it. */
  readonly tail: string
}

function parse(line: string): Entry | undefined {
  const [, head = '', address = '', names = '', tail = ''] =
    /^([ \t]*([^\s#]+)[ \t]+)([^\s#][^#]*?)([ \t]*(?:#.*)?)$/.exec(line) ?? []
  return isIP(address) === 0
    ? undefined
    : { head, address: spelling(address), names: names.split(/[ \t]+/), tail }
}

/** The lines of a hosts file with the names of the address in it, or without them. Other lines stay byte for byte. */
export function editHosts(lines: readonly string[], wanted: HostsEntry): readonly string[] {
  const address = wanted.address === undefined ? undefined : spelling(wanted.address)
  const names = wanted.names?.map((name) => name.toLowerCase())
  if (wanted.state === 'absent') return removed(lines, address, names)
  if (address === undefined || wanted.names === undefined || names === undefined) return lines
  const others = (entry: Entry): boolean =>
    entry.address !== address && isIP(entry.address) === isIP(address) && wanted.exclusive !== false
  const rid = lines.flatMap((line) =>
    change(line, (entry) => (others(entry) ? without(entry, names) : entry)),
  )
  const there = rid.flatMap((line) => parse(line) ?? []).filter((entry) => entry.address === address)
  if (
    inOrder(
      there.flatMap((entry) => entry.names),
      names,
    )
  )
    return rid
  return withNames(rid, wanted.address ?? address, wanted.names)
}

function removed(
  lines: readonly string[],
  address: string | undefined,
  names: readonly string[] | undefined,
): readonly string[] {
  return lines.flatMap((line) =>
    change(line, (entry) => {
      if (address !== undefined && entry.address !== address) return entry
      return names === undefined ? { ...entry, names: [] } : without(entry, names)
    }),
  )
}

/** The line, if the change leaves it alone; of one that has no names any more only a comment. */
function change(line: string, make: (entry: Entry) => Entry): string[] {
  const entry = parse(line)
  if (entry === undefined) return [line]
  const made = make(entry)
  if (made.names.join(' ') === entry.names.join(' ')) return [line]
  if (made.names.length > 0) return [written(made)]
  const comment = made.tail.trim()
  return comment === '' ? [] : [comment]
}

const written = ({ head, names, tail }: Entry): string => head + names.join(' ') + tail

function without(entry: Entry, names: readonly string[]): Entry {
  return { ...entry, names: entry.names.filter((name) => !names.includes(name.toLowerCase())) }
}

/** Whether the names are all there, in this order: others may stand between them. */
function inOrder(found: readonly string[], names: readonly string[]): boolean {
  let next = 0
  for (const name of found) if (name.toLowerCase() === names[next]) next++
  return next === names.length
}

/** The names together, on the first line of the address that has one of them, or else on its first line, or on a new one. */
function withNames(lines: readonly string[], address: string, wanted: readonly string[]): readonly string[] {
  const names = wanted.map((name) => name.toLowerCase())
  const own = spelling(address)
  const isOf = (line: string): boolean => parse(line)?.address === own
  const has = (line: string): boolean =>
    isOf(line) && parse(line)?.names.some((name) => names.includes(name.toLowerCase())) === true
  const named = lines.findIndex(has)
  const at = named < 0 ? lines.findIndex(isOf) : named
  if (at < 0) return [...lines, `${address} ${wanted.join(' ')}`]
  return lines.flatMap((line, i) =>
    change(line, (entry) => {
      if (entry.address !== own) return entry
      const { names: left } = without(entry, names)
      if (i !== at) return { ...entry, names: left }
      const place = entry.names.findIndex((name) => names.includes(name.toLowerCase()))
      const before = place < 0 ? left.length : place
      return { ...entry, names: left.toSpliced(before, 0, ...wanted) }
    }),
  )
}
