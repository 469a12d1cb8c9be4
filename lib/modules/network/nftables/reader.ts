import { UserError } from '../../../core/errors.ts'
import { type Reader, type Reply, readerOfOne } from '../../../core/probe.ts'
import { type ResourceKind, defineResourceKind, paths } from '../../../core/resource.ts'
import { sh } from '../../../core/sh.ts'
import { services } from '../../shared/service.ts'
import { connectivity } from '../connectivity.ts'
import { lasting } from './listing.ts'

/** Tables of nftables in the kernel, by family and name. */
export const nftablesTables: ResourceKind = defineResourceKind('nftables')

/** What nft says of a text. */
export type NftablesVerdict =
  { readonly kind: 'accepted' | 'no nft' } | { readonly kind: 'refused'; readonly why: string }

/** A table in the kernel. */
export type NftablesTable =
  | { readonly kind: 'absent' | 'no nft' }
  /** As it was when run-playbook loaded it, from the text with this hash. */
  | { readonly kind: 'loaded'; readonly sha256: string }
  /** Somebody else loaded it, or changed it: with the lines that came and went, as far as that is known. */
  | { readonly kind: 'other'; readonly lines: readonly string[] }
  /** Another program answers for it. */
  | { readonly kind: 'foreign'; readonly owner: string }

export const tableKey = (family: string, table: string): string => `${family} ${table}`

/** Where a table is kept as nft lists it right after run-playbook has loaded it, below the hash of its text. */
export const recordOf = (key: string): string => `/var/lib/run-playbook/nftables/${key.replace(' ', '-')}`

export const BEGIN = 'LC_ALL=C PATH=$PATH:/usr/sbin:/sbin; export LC_ALL PATH'
const TOOLS = ['/usr/sbin/nft', '/sbin/nft', '/usr/bin/nft', '/usr/local/sbin/nft'].map(paths.at)

/** By the text. Nothing is changed: the kernel checks it, and forgets it. */
export const nftablesCheck: Reader<NftablesVerdict> = readerOfOne({
  name: 'nft -c',
  ask: (text) =>
    [
      BEGIN,
      'command -v nft >/dev/null || { echo none; exit 0; }',
      `if said=$(${sh`printf %s ${text}`} | nft -c -f - 2>&1); then echo accepted`,
      `else printf 'refused\\n%s\\n' "$said"; fi`,
    ].join('\n'),
  parse: ({ stdout }) => {
    const [head, ...said] = stdout.toString().trim().split('\n')
    if (head === 'accepted') return { kind: 'accepted' }
    if (head === 'none') return { kind: 'no nft' }
    if (head !== 'refused') throw new Error('nft was not run to its end')
    return { kind: 'refused', why: reasonOf(said) }
  },
  // Rules may name interfaces, which must be there.
  sees: () => [...TOOLS, connectivity.all],
})

/** Lines of a text before those of `content`. */
const HEAD = 4

/** The place and the reason, and the line itself, which nft shows below. */
function reasonOf([first = 'it does not say why', line = '']: readonly string[]): string {
  const reason = first.replace(/^[^:]*:(\d+):\d+-\d+: (Error: )?/, (_, at) => `line ${Number(at) - HEAD}: `)
  return line.trim() === '' ? reason : `${reason}: ${line.trim()}`
}

/** By {@link tableKey}. */
export const nftablesTable: Reader<NftablesTable> = readerOfOne({
  name: 'nft list table',
  ask: (key) =>
    [
      BEGIN,
      'command -v nft >/dev/null || { echo none; exit 0; }',
      'tables=$(nft list tables </dev/null) || exit 3',
      sh`printf '%s\\n' "$tables" | grep -qxF ${`table ${key}`} || { echo absent; exit 0; }`,
      'echo found',
      sh`[ ! -r ${recordOf(key)} ] || sed 's/^/r/' ${recordOf(key)}`,
      sh`said=$(nft -s list table ${key.split(' ')} 2>&1 </dev/null) || { printf '%s\\n' "$said" >&2; exit 1; }`,
      `printf '%s\\n' "$said" | sed 's/^/l/'`,
    ].join('\n'),
  parse: parseTable,
  sees: (key) => [nftablesTables.at(key), paths.at(recordOf(key)), services.at('nftables'), ...TOOLS],
})

function parseTable({ code, stdout, stderr }: Reply, key: string): NftablesTable {
  if (code !== 0)
    throw new UserError('E_CANNOT_LOOK', `nft cannot list the table ${key}: ${stderr.toString().trim()}`, {
      hint: 'Set become: true for the task. In a container, the tables can be read with the capability NET_ADMIN.',
    })
  const [head, ...lines] = stdout.toString().split('\n')
  if (head === 'none') return { kind: 'no nft' }
  if (head === 'absent') return { kind: 'absent' }
  if (head !== 'found') throw new Error('nft was not run to its end')
  const of = (mark: string): string[] =>
    lines.flatMap((line) => (line.startsWith(mark) ? [line.slice(1)] : []))
  const [sha256 = '', ...before] = of('r')
  const now = of('l')
  const owner = ownerOf(now) ?? (before.length === 0 ? asOfIptables(key, now) : undefined)
  if (owner !== undefined) return { kind: 'foreign', owner }
  const [kept, is] = [lasting(before), lasting(now)]
  if (/^[0-9a-f]{64}$/.test(sha256) && kept.join('\n') === is.join('\n')) return { kind: 'loaded', sha256 }
  const gone = kept.filter((line) => !is.includes(line)).map((line) => `- ${line.trim()}`)
  const come = is.filter((line) => !kept.includes(line)).map((line) => `+ ${line.trim()}`)
  return { kind: 'other', lines: before.length === 0 ? [] : [...gone, ...come] }
}

/** The program that a table belongs to, as nft says it. */
function ownerOf(listing: readonly string[]): string | undefined {
  const warned = listing.map((line) => /^# Warning: .* managed by ([\w-]+)/.exec(line)?.[1])
  const flagged = listing.some((line) => /^\tflags .*\bowner\b/.test(line))
  const program = listing.map((line) => /^table .*# progname (\S+)/.exec(line)?.[1]).find(Boolean)
  return warned.find(Boolean) ?? (flagged ? (program ?? 'another program') : undefined)
}

/** iptables makes tables of these names, with chains of these names, and says so only of some of its rules. */
function asOfIptables(key: string, listing: readonly string[]): string | undefined {
  if (!/^(ip|ip6|arp|bridge) (filter|nat|mangle|raw|security|broute)$/.test(key)) return undefined
  const chain = /^\tchain (INPUT|OUTPUT|FORWARD|PREROUTING|POSTROUTING|BROUTING) \{$/
  return listing.some((line) => chain.test(line)) ? 'iptables' : undefined
}
