/**
 * The lines of a table that stay as they were loaded: without what packets put into sets that are filled at run time, which
 * nft marks with the flags `dynamic` and `timeout`.
 */
export function lasting(listing: readonly string[]): readonly string[] {
  const kept: string[] = []
  for (let at = 0; at < listing.length;) {
    const end = /^\t(set|map) .*\{$/.test(listing[at] ?? '') ? listing.indexOf('\t}', at) : at
    const block = listing.slice(at, Math.max(end, at) + 1)
    const isFilled = block.some((line) => /^\t\t(flags .*\b(dynamic|timeout)\b|timeout )/.test(line))
    kept.push(...(isFilled ? withoutElements(block) : block))
    at += block.length
  }
  return kept
}

// They are the last of a block, on one line or on several.
function withoutElements(block: readonly string[]): readonly string[] {
  const at = block.findIndex((line) => line.startsWith('\t\telements = {'))
  return at < 0 ? block : [...block.slice(0, at), '\t}']
}
