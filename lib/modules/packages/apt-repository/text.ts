import { listOf } from '../../shared/list-of.ts'
import type { AptRepository } from './args.ts'
import { optionFields } from './options.ts'

/** The text of the file, as in sources.list(5). */
export function textOf(given: AptRepository): string {
  const fields: [string, unknown][] = [
    ['Types', given.types ?? 'deb'],
    ['URIs', given.uris],
    ['Suites', given.suites],
    ['Components', given.components],
    ['Architectures', given.architectures],
    ['Enabled', given.enabled],
    ...optionFields(given),
    ['Signed-By', given.key === undefined ? given.signedBy : blockOf(given.key.value)],
  ]
  const lines = fields
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}:${written(value)}\n`)
  return `# run-playbook manages this file.\n${lines.join('')}`
}

const written = (value: unknown): string => {
  if (typeof value === 'boolean') return value ? ' yes' : ' no'
  if (typeof value === 'string' && value.startsWith('\n')) return value
  return ` ${listOf(value).join(' ')}`
}

/** A value of several lines: each is set in, and an empty one is a dot. */
const blockOf = (lines: string): string =>
  lines
    .split('\n')
    .map((line) => `\n ${line === '' ? '.' : line}`)
    .join('')
