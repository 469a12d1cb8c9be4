import { literal } from '../../sql.ts'

/** `null` goes back to the server's value. A list is for settings that are lists, such as `search_path`. */
export type SettingValue = string | number | boolean | readonly string[] | null

/** What the server keeps, `name=value` each, by lower-case names (it says `TimeZone`). */
export function settingsOf(stored: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    stored.map((one) => {
      const name = one.slice(0, one.indexOf('=')).toLowerCase()
      return [name, canonical(name, one.slice(name.length + 1))]
    }),
  )
}

/** What the server will keep of a wanted value, as {@link settingsOf} shows it. */
export function settingAsKept(name: string, value: Exclude<SettingValue, null>): string {
  return elements(name, value).map(quoteIfList(name)).join(', ')
}

/** The statement that makes it so; `name` is one that a schema let through. */
export function settingSql(role: string, name: string, value: SettingValue): string {
  if (value === null) return `ALTER ROLE ${role} RESET ${name}`
  return `ALTER ROLE ${role} SET ${name} TO ${elements(name, value).map(literal).join(', ')}`
}

// The settings whose elements the server quotes itself (GUC_LIST_QUOTE): `'a, b'` would be one schema with a comma.
const LISTS = [
  'search_path',
  'temp_tablespaces',
  'local_preload_libraries',
  'session_preload_libraries',
  'shared_preload_libraries',
]

function elements(name: string, value: Exclude<SettingValue, null>): readonly string[] {
  if (typeof value === 'boolean') return [value ? 'on' : 'off']
  if (typeof value === 'number') return [String(value)]
  if (typeof value !== 'string') return value
  return LISTS.includes(name) ? split(value) : [value]
}

function canonical(name: string, text: string): string {
  return LISTS.includes(name) ? split(text).map(quoteIfList(name)).join(', ') : text
}

// The server quotes only where it must, for which one would have to know its keywords: here all of them are.
const quoteIfList = (name: string) => (element: string) =>
  LISTS.includes(name) ? `"${element.replaceAll('"', '""')}"` : element

function split(text: string): string[] {
  const found = text.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,]*))\s*(?:,|$)/g)
  return [...found]
    .map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare?.trim() ?? '')
    .filter((element) => element !== '')
}
