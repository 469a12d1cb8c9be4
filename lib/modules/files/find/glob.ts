/** A pattern of a shell, for one name: `*`, `?`, `[a-z]`, `[!a-z]`. There is no escape: `[*]` is a star. */
export function globPattern(glob: string): RegExp {
  const parts = glob.match(/\[!?\]?[^\]]*\]|[^]/gu) ?? []
  return new RegExp(`^${parts.map(partOf).join('')}$`, 'su')
}

function partOf(part: string): string {
  if (part === '*') return '.*'
  if (part === '?') return '.'
  const [, not, set] = /^\[(!?)(.+)\]$/su.exec(part) ?? []
  return set === undefined ? escaped(part) : classOf(set, not === '!')
}

/** A range that ends before it begins is empty, as a shell has it. */
function classOf(set: string, not: boolean): string {
  const items = set.match(/[^]-[^]|[^]/gu) ?? []
  const kept = items.filter((item) => [...item].length < 3 || (item.codePointAt(0) ?? 0) <= lastOf(item))
  const inside = kept.map((item) =>
    [...item].length < 3 ? escaped(item) : `${escaped([...item][0] ?? '')}-${escaped([...item][2] ?? '')}`,
  )
  if (inside.length === 0) return not ? '.' : '(?!)'
  return `[${not ? '^' : ''}${inside.join('')}]`
}

const lastOf = (range: string): number => [...range][2]?.codePointAt(0) ?? 0

// As a number, which means the same within a set and outside.
const escaped = (text: string): string =>
  text.replace(/[\\^$.*+?()[\]{}|/-]/g, (sign) => `\\x${sign.charCodeAt(0).toString(16)}`)
