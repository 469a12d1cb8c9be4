import type { NodeFact } from './facts/node.ts'

/** The major version that the tag of an image of ours names: 17 for `run-playbook/postgres:17`. */
export const taggedMajor = (image: string): string | undefined => /:(\d{2})$/.exec(image)?.[1]

/**
 * What the image is built with. A tag that is a major version chooses that of PostgreSQL.
 *
 * Each node that builds the image takes the pgBackRest of that day, and pgBackRest works with others of its own version only. A node
 * that is behind builds anew, for the newest version of any node; one that was built so once stays as it is.
 */
export function buildArgsOf(
  node: NodeFact,
  all: readonly NodeFact[],
  image: string,
): Record<string, string> | undefined {
  const newest =
    all
      .map(({ pgbackrest }) => pgbackrest ?? '')
      .toSorted(byVersion)
      .at(-1) ?? ''
  const behind = !!node.pgbackrest && byVersion(node.pgbackrest, newest) < 0
  const version = behind ? newest : node.pgbackrestArg
  const major = taggedMajor(image)
  const args = {
    ...(major && { BASE: `postgres:${major}-alpine` }),
    ...(version && { PGBACKREST: version }),
  }
  return Object.keys(args).length === 0 ? undefined : args
}

/** `2.9` before `2.10`. */
export const byVersion = (one: string, other: string): number =>
  one.localeCompare(other, 'en', { numeric: true })
