import type { ApkRepository } from './args.ts'

type Wanted = Pick<ApkRepository, 'url' | 'tag' | 'type' | 'components' | 'state'>

const LINE = /^\s*(#\s*)?(?:(ndx|v2|v3)\s+)?(?:@(\S+)\s+)?((?:[a-z]+:\/\/|\/|\$\{)\S*)((?:\s+[^\s#]+)*)\s*$/

/** The line of a repository. */
export const lineOf = ({ type, tag, url, components = [] }: Wanted): string =>
  [type ?? [], tag === undefined ? [] : `@${tag}`, url, components].flat().join(' ')

const bare = (url: string): string => url.replace(/(.)\/+$/, '$1')

interface Found {
  readonly at: number
  readonly tag: string | undefined
  /** It is commented out. */
  readonly inactive: boolean
}

function find(lines: readonly string[], { url, type, components = [] }: Wanted): Found[] {
  return lines.flatMap((line, at) => {
    const [, mark, kind, tag, address = '', parts = ''] = LINE.exec(line) ?? []
    const isIt = bare(address) === bare(url) && kind === type && parts.trim() === components.join(' ')
    return isIt ? [{ at, tag, inactive: mark !== undefined }] : []
  })
}

/** The lines of the file with the repository, once, or without it. A line that is commented out is taken before one is added. */
export function editRepositories(lines: readonly string[], wanted: Wanted): readonly string[] {
  const { tag, state } = wanted
  const found = find(lines, wanted)
  const active = found.filter(({ inactive }) => !inactive)
  if (state === 'absent') {
    const gone = active.filter((one) => tag === undefined || one.tag === tag)
    return lines.filter((_, i) => !gone.some(({ at }) => at === i))
  }
  const kept = active.find((one) => one.tag === tag) ?? active[0] ?? found[0]
  if (kept === undefined) return [...lines, lineOf(wanted)]
  const gone = active.filter((one) => one !== kept)
  const isRight = !kept.inactive && kept.tag === tag
  return lines
    .map((line, i) => (i === kept.at && !isRight ? lineOf(wanted) : line))
    .filter((_, i) => !gone.some(({ at }) => at === i))
}
