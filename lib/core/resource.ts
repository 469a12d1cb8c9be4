/**
 * A thing on a host that tasks touch and probes see: `path:/etc/hosts`, `docker:container/postgres`.
 * A trailing `/**` means the thing and all below it, `docker:/**` all that Docker has; `**` alone is everything on the
 * host.
 */
export type Resource = string

/** What an undeclared change may have touched. */
export const EVERYTHING: Resource = '**'

/** The file, directory or link at `path` itself, not what lies below it. */
export const pathResource = (path: string): Resource => `path:${path}`

/** `path` and all below it. */
export const treeResource = (path: string): Resource => `path:${path === '/' ? '' : path}/**`

/** Whether touching one of them can change what is seen of the other. */
export function overlaps(touched: Resource, seen: Resource): boolean {
  return covers(touched, seen) || covers(seen, touched)
}

function covers(pattern: Resource, resource: Resource): boolean {
  if (pattern === EVERYTHING || pattern === resource) return true
  if (!pattern.endsWith('/**')) return false
  const base = pattern.slice(0, -3)
  const below = resource.endsWith('/**') ? resource.slice(0, -3) : resource
  return below === base || below.startsWith(base.endsWith(':') ? base : `${base}/`)
}
