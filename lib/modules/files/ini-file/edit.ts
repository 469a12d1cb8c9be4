import type { IniEdit } from './args.ts'
import { endOf, rangesOf } from './section.ts'

/** A line of an option that is there. */
interface Found {
  readonly at: number
  readonly text: string
  /** `undefined` where the option stands without one. */
  readonly value: string | undefined
  /** It is commented out. */
  readonly inactive: boolean
}

type Value = string | undefined

/** The lines of the file with the option, or the section, as it is wanted. */
export function editIni(lines: readonly string[], wanted: IniEdit): readonly string[] {
  const ranges = rangesOf(lines, wanted.section)
  const { option, state = 'present' } = wanted
  if (option === undefined)
    return state === 'absent' ? withoutSection(lines, ranges) : withSection(lines, wanted)
  const found = ranges.flatMap(({ from, to }) => linesOf(lines, from, to, option))
  if (state === 'absent') {
    const gone = found.filter((one) => !one.inactive && goes(one, wanted)).map(({ at }) => at)
    return lines.filter((_, at) => !gone.includes(at))
  }
  const last = ranges.at(-1)
  if (last === undefined) return editIni(withSection(lines, wanted), wanted)
  return present(lines, found, wanted, { option, place: endOf(lines, last) })
}

const valuesOf = ({ value, values }: IniEdit): readonly Value[] => values ?? [value]

const goes = ({ value }: Found, wanted: IniEdit): boolean =>
  wanted.exclusive !== false || valuesOf(wanted).includes(value ?? '')

function linesOf(lines: readonly string[], from: number, to: number, option: string): Found[] {
  return lines.slice(from, to).flatMap((text, i) => {
    const [, mark, name = '', , value] =
      /^[ \t]*([#;]?)[ \t]*([^=]*?)[ \t]*(=[ \t]*(.*?)[ \t]*)?$/.exec(text) ?? []
    return name === option ? [{ at: from + i, text, value, inactive: mark !== '' }] : []
  })
}

interface Where {
  readonly option: string
  readonly place: number
}

function present(lines: readonly string[], found: readonly Found[], wanted: IniEdit, where: Where): string[] {
  const { option, place } = where
  const {
    exclusive = true,
    modifyInactiveOption = true,
    ignoreSpaces = false,
    noExtraSpaces = false,
  } = wanted
  const written = (value: Value): string =>
    value === undefined ? option : `${option}${noExtraSpaces ? '=' : ' = '}${value}`
  const free = new Set(found.filter(({ inactive }) => !inactive))
  const same = (one: Found, value: Value): boolean =>
    ignoreSpaces ? one.value === value : one.text === written(value)
  const missing = [...valuesOf(wanted)].filter((value) => {
    const there = [...free].find((one) => same(one, value))
    if (there !== undefined) free.delete(there)
    return there === undefined
  })
  // Others of the option are overwritten, or those that are another spelling of the value.
  const inactive = modifyInactiveOption ? found.filter((one) => one.inactive) : []
  const changed = new Map<number, string>()
  const left = missing.filter((value) => {
    const usable = [...free].find((one) => exclusive || one.value === value) ?? inactive.shift()
    if (usable === undefined) return true
    free.delete(usable)
    changed.set(usable.at, written(value))
    return false
  })
  const gone = new Set(exclusive ? [...free].map(({ at }) => at) : [])
  const added = lines
    .map((line, at) => changed.get(at) ?? line)
    .toSpliced(place, 0, ...left.map((value) => written(value)))
  const shifted = (at: number): number => (at < place ? at : at + left.length)
  const removed = new Set([...gone].map(shifted))
  return added.filter((_, at) => !removed.has(at))
}

const withoutSection = (lines: readonly string[], ranges: ReturnType<typeof rangesOf>): string[] =>
  lines.filter((_, at) => !ranges.some(({ from, to }) => from - 1 <= at && at < to))

const withSection = (lines: readonly string[], { section = '' }: IniEdit): readonly string[] =>
  rangesOf(lines, section).length > 0 ? lines : [...lines, `[${section}]`]
