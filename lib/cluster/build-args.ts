import type { NodeFact } from './facts/node.ts'

/**
 * Each node that builds the image takes the pgBackRest of that day, and pgBackRest works with others of its own version only. A node
 * that is behind builds anew, for the newest version of any node; one that was built so once stays as it is.
 */
export function buildArgsOf(node: NodeFact, all: readonly NodeFact[]): Record<string, string> | undefined {
  const newest =
    all
      .map(({ pgbackrest }) => pgbackrest ?? '')
      .toSorted(byVersion)
      .at(-1) ?? ''
  const behind = !!node.pgbackrest && byVersion(node.pgbackrest, newest) < 0
  const version = behind ? newest : node.pgbackrestArg
  return version ? { PGBACKREST: version } : undefined
}

/** `2.9` before `2.10`. */
export const byVersion = (one: string, other: string): number =>
  one.localeCompare(other, 'en', { numeric: true })
