import type { Document, ParsedNode } from 'yaml'
import { notValid } from '../shared/data-file/broken.ts'
import { library } from './library.ts'

/** @throws UserError for what is not YAML, or more than one document */
export function parseYaml(text: string): Document.Parsed<ParsedNode> {
  const { parseDocument } = library.value.yaml
  const parsed = parseDocument<ParsedNode>(text, { logLevel: 'error' })
  const [first] = parsed.errors
  if (first !== undefined) {
    if (/call stack/.test(first.message)) throw new RangeError(first.message, { cause: first })
    const [{ line, col } = { line: 1, col: 1 }] = first.linePos ?? []
    const why =
      first.code === 'MULTIPLE_DOCS'
        ? 'it has more than one document'
        : (first.message.split(/ at line \d/)[0] ?? '').replace(/:?\n[^]*/, '')
    throw notValid('YAML', line, col, why)
  }
  return parsed
}
