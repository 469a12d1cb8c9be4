import { linesOf, withLines } from '../../shared/edit-lines.ts'
import { type LocaleArgs, plainName } from './args.ts'

/** A line with the name of a locale and its charset; a sign before it means that it is not made. */
const LOCALE = /^\s*(#?)\s*([A-Za-z][\w.@-]*)\s+([A-Za-z0-9][\w-]*)\s*$/

interface Line {
  readonly at: number
  readonly active: boolean
  readonly text: string
}

/** The lines of the locale. */
function ownLines(lines: readonly string[], name: string): Line[] {
  return lines.flatMap((line, at) => {
    const [, sign, its = '', charset] = LOCALE.exec(line) ?? []
    return sign !== undefined && plainName(its) === plainName(name)
      ? [{ at, active: sign === '', text: `${its} ${charset}` }]
      : []
  })
}

/** What a list of locales says of one, such as `de_DE.UTF-8 UTF-8`. */
export const lineOf = (text: string, name: string): string | undefined =>
  ownLines(linesOf(text), name)[0]?.text

/**
 * The text of /etc/locale.gen with the locale as it is wanted. Other lines stay byte for byte.
 * @param line what the system says of the locale, where the file does not have it
 */
export function editLocales(text: string, { name, state }: LocaleArgs, line: string | undefined): string {
  const lines = linesOf(text)
  const own = ownLines(lines, name)
  if (state === 'absent') {
    const active = own.filter((one) => one.active)
    return active.length === 0
      ? text
      : withLines(
          text,
          active.reduce((left, { at, text: its }) => left.with(at, `# ${its}`), lines),
        )
  }
  if (own.some((one) => one.active)) return text
  const [first] = own
  if (first !== undefined) return withLines(text, lines.with(first.at, first.text))
  return line === undefined ? text : withLines(text, [...lines, line])
}
