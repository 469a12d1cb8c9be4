import { createHash } from 'node:crypto'

/** The variables of each template, in the order of the lines. Both Handlebars and Jinja print them with two braces. */
export const VARS = ['title', 'address', 'listen_port', 'workers', 'log'] as const
export type Vars = Readonly<Record<(typeof VARS)[number], string>>

/** A template of a configuration file of 30 lines. */
export function templateText(number: number): string {
  const head = VARS.map((name) => `${name} = {{ ${name} }}`)
  const rest = Array.from({ length: 24 }, (_, i) => `option_${i} = ${word(`template ${number} ${i}`)}`)
  return ['# Managed. Do not edit.', ...head, ...rest, ''].join('\n')
}

export const rendered = (number: number, vars: Vars): string =>
  templateText(number).replace(/\{\{ (\w+) \}\}/g, (_, name: keyof Vars) => vars[name])

/** A file of 4 KiB. */
export const fileText = (number: number): string =>
  Array.from({ length: 64 }, (_, i) => `${word(`file ${number} ${i}`, 63)}\n`).join('')

/** A file that is on the host before the first run. */
export const seedText = (name: string): string =>
  [`# ${name} as the package brings it`, '#first = 0', 'second = 0', ...notes(name), ''].join('\n')

const notes = (name: string): string[] =>
  Array.from({ length: 20 }, (_, i) => `# ${word(`${name} ${i}`, 40)}`)

/** The same each time, and different for each text. */
const word = (text: string, length = 24): string =>
  createHash('sha256').update(text).digest('hex').slice(0, length)
