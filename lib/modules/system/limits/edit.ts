import { linesOf, withLines } from '../../shared/edit-lines.ts'
import type { Limit } from './args.ts'

/** A limit as a line has it. */
interface Found {
  readonly at: number
  readonly value: string
  /** What comes after the sign; undefined where there is none. */
  readonly comment: string | undefined
}

/** The text of a file of limits with the limit as it is wanted. Other lines stay byte for byte. */
export function editLimits(text: string, given: Limit): string {
  const lines = linesOf(text)
  const own = lines.flatMap((line, at) => {
    const found = read(line, given)
    return found === undefined ? [] : [{ at, ...found }]
  })
  // The last one counts.
  const kept = given.state === 'absent' ? undefined : own.at(-1)
  const changed = kept === undefined ? lines : withLimit(lines, kept, given)
  const left = changed.filter((_, at) => at === kept?.at || !own.some((one) => one.at === at))
  return withLines(text, kept === undefined && given.state !== 'absent' ? [...left, write(given)] : left)
}

function read(line: string, { domain, type, item }: Limit): Omit<Found, 'at'> | undefined {
  const sign = line.indexOf('#')
  const words = (sign < 0 ? line : line.slice(0, sign)).trim().split(/\s+/)
  const [itsDomain, itsType, itsItem, value] = words
  if (words.length !== 4 || value === undefined) return undefined
  if (itsDomain !== domain || itsType !== type || itsItem !== item) return undefined
  return { value, comment: sign < 0 ? undefined : line.slice(sign + 1) }
}

function withLimit(lines: readonly string[], found: Found, given: Limit): readonly string[] {
  const { comment } = given
  const value = chosen(found.value, given)
  const sameComment = comment === undefined || comment.trim() === (found.comment ?? '').trim()
  if (isSame(value, found.value) && sameComment) return lines
  return lines.with(found.at, write({ ...given, value: undefined }, value, comment ?? found.comment))
}

/** The value, or the one that is there where that is to win. */
function chosen(found: string, { value, useMax = false, useMin = false }: Limit): string {
  const wanted = String(value)
  if (!useMax && !useMin) return wanted
  const [here, there] = [amount(found), amount(wanted)]
  if (Number.isNaN(here)) return wanted
  return (useMax ? here > there : here < there) ? found : wanted
}

const amount = (value: string): number =>
  isUnlimited(value) ? Infinity : /^-?\d+$/.test(value) ? Number(value) : NaN

const isUnlimited = (value: string): boolean => ['unlimited', 'infinity', '-1'].includes(value)

const isSame = (one: string, other: string): boolean =>
  one === other || (isUnlimited(one) && isUnlimited(other))

function write(
  { domain, type, item, ...given }: Limit,
  value = String(given.value),
  comment = given.comment,
): string {
  const words = [domain, type, item, value].join('\t')
  return comment === undefined || comment.trim() === '' ? words : `${words}\t#${comment}`
}
