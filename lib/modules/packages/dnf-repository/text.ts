import { isSecret, reveal } from '../../../core/secret.ts'
import { type Range, endOf, rangesOf } from '../../files/ini-file/section.ts'
import { linesOf, withLines } from '../../shared/edit-lines.ts'
import { listOf } from '../../shared/list-of.ts'
import type { DnfRepository } from './args.ts'
import { dnfOptions, namesOf, snake } from './options.ts'

/** The options of the section with their values: each is one line, or several. */
export function optionsOf(given: DnfRepository): ReadonlyMap<string, string> {
  const options = new Map<string, string>(Object.entries(given.options ?? {}))
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') options.set(name, value)
  }
  set('name', given.description)
  set('baseurl', listOf(given.baseurl).join('\n'))
  set(
    'gpgkey',
    [...listOf(given.gpgkey), ...(given.key === undefined ? [] : [`file://${given.key.dest}`])].join('\n'),
  )
  set('exclude', listOf(given.exclude).join(' '))
  set('includepkgs', listOf(given.includepkgs).join(' '))
  set('username', given.username)
  if (isSecret(given.password)) set('password', reveal(given.password))
  if (isSecret(given.proxyPassword)) set('proxy_password', reveal(given.proxyPassword))
  for (const name of namesOf(dnfOptions)) {
    const value = given[name]
    if (value !== undefined)
      set(snake(name), typeof value === 'boolean' ? String(Number(value)) : String(value))
  }
  return new Map([...options].toSorted(([one], [other]) => (one < other ? -1 : 1)))
}

/** The options of a section that is there, as dnf reads them: lines that are set in go on with the value before them. */
export function readSection(lines: readonly string[]): ReadonlyMap<string, string> {
  const options = new Map<string, string>()
  let last: string | undefined
  for (const line of lines) {
    if (/^\s*$/.test(line) || /^[#;]/.test(line)) continue
    const [, name, value = ''] = /^([^\s=:][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? []
    if (name !== undefined) {
      last = name.toLowerCase()
      options.set(last, value)
    } else if (last !== undefined && /^\s/.test(line))
      options.set(last, `${options.get(last)}\n${line.trim()}`)
  }
  return options
}

const written = (options: ReadonlyMap<string, string>): string[] =>
  [...options]
    .map(([name, value]) => `${name} = ${value.replaceAll('\n', '\n\t')}`)
    .flatMap((text) => text.split('\n'))

/** The text with the section as it is wanted. Other sections stay as they are; one that says the same already, too. */
export function editRepo(text: string, given: DnfRepository): string {
  const lines = linesOf(text)
  const ranges = rangesOf(lines, given.name).map((range) => ownLines(lines, range))
  const others = lines.filter((_, at) => !ranges.some(({ from, to }) => from - 1 <= at && at < to))
  if (given.state === 'absent') return ranges.length === 0 ? text : withLines(text, others)
  const options = optionsOf(given)
  const [first] = ranges
  const section = [`[${given.name}]`, ...written(options), '']
  if (first === undefined) {
    const gap = lines.length > 0 && lines.at(-1)?.trim() !== '' ? [''] : []
    return withLines(text, [...lines, ...gap, ...section])
  }
  if (ranges.length === 1 && same(readSection(lines.slice(first.from, first.to)), options)) return text
  return withLines(text, others.toSpliced(first.from - 1, 0, ...section))
}

/** Without comments that are about the next section; with an empty line that ends this one. */
function ownLines(lines: readonly string[], range: Range): Range {
  const end = endOf(lines, range)
  return { from: range.from, to: end < range.to && lines[end]?.trim() === '' ? end + 1 : end }
}

const same = (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean =>
  one.size === other.size && [...one].every(([name, value]) => other.get(name) === value)

/** Whether any section is left. */
export const hasSection = (text: string): boolean => /^\s*\[.+\]/m.test(text)

/** Whether the text has a password, of this repository or of another. */
export const hasPassword = (text: string): boolean => /^\s*(proxy_)?password\s*[=:]/im.test(text)
