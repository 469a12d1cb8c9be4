import { readFileSync } from 'node:fs'
import { basename, dirname, isAbsolute, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type Handlebars from 'handlebars'
import { messageOf } from '../core/error-message.ts'
import { UserError } from '../core/errors.ts'
import { nameMeant } from '../core/missing-file.ts'
import { handlebars } from './handlebars.ts'
import { openBlock } from './open-block.ts'

/** Where a template comes from: a file on the operator's machine, or a text with a name for messages. */
export type TemplateSource =
  { readonly file: string | URL } | { readonly text: string; readonly name: string }

export interface Source {
  readonly text: string
  /** What the template makes: the file's name without `.hbs`. */
  readonly name: string
  /** For messages: the path from the current folder. */
  readonly path: string
  /** Where it is, if it is a file. */
  readonly folder?: string
}

/** @throws UserError E_TEMPLATE_FILE when it can't be read, or is not UTF-8 */
export function readSource(source: TemplateSource): Source {
  if ('text' in source) return { text: source.text, name: source.name, path: source.name }
  const { file } = source
  const path = file instanceof URL || file.startsWith('file:') ? fileURLToPath(file) : file
  const absolute = resolve(path)
  const found = readSourceIfAny(absolute)
  if (found !== undefined) return found
  const beside = `A relative path is relative to the directory in which you start run-playbook; for a file beside the role: new URL('${basename(path)}', import.meta.url).`
  throw unreadable(absolute, 'no such file', nameMeant(absolute), isAbsolute(path) ? undefined : beside)
}

/** @returns undefined when there is no such file */
export function readSourceIfAny(absolute: string): Source | undefined {
  let bytes
  try {
    bytes = readFileSync(absolute)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unreadable(absolute, messageOf(error, absolute))
  }
  const path = relative(process.cwd(), absolute)
  const name = basename(absolute).replace(/\.hbs$/, '')
  return { text: decode(bytes, path), name, path, folder: dirname(absolute) }
}

/** @throws UserError E_TEMPLATE_SYNTAX with the line */
export function parse({ text, path }: Source): hbs.AST.Program {
  try {
    return handlebars().parse(text, { srcName: path })
  } catch (error) {
    const open = openBlock(text)
    if (open !== undefined)
      throw new UserError('E_TEMPLATE_SYNTAX', `${path}:${open.at}: ${open.problem}`, { hint: open.hint })
    const { message, lineNumber, column } = error as Handlebars.Exception
    const line = lineNumber ?? /on line (\d+)/.exec(message)?.[1]
    const at = column === undefined ? `${path}:${line}` : `${path}:${line}:${column + 1}`
    throw new UserError('E_TEMPLATE_SYNTAX', `${at}: ${shorten(message)}`, {
      hint: 'For literal braces, write \\{{, or put {{{{raw}}}} … {{{{/raw}}}} around the text.',
    })
  }
}

/** The parser's own words, but for the position, which is in front already, and the list of its tokens. */
function shorten(message: string): string {
  return message
    .replace(/^(Parse|Lexical) error on line \d+[:.]\s*/, '')
    .replace(/ - \d+:\d+$/, '')
    .replace(/Expecting .*, got 'EOF'$/, 'the template ends in the middle of a {{ … }}')
    .replace(/Expecting .*, got '\w+'$/, 'this is not understood')
}

const unreadable = (absolute: string, why: string, meant?: string, more?: string): UserError =>
  new UserError(
    'E_TEMPLATE_FILE',
    `the template ${relative(process.cwd(), absolute)} cannot be read: ${why}`,
    { hint: [meant, `It was looked for at ${absolute}.`, more].filter((one) => one !== undefined).join(' ') },
  )

/** Strictly: a byte replaced by a question mark would go unnoticed into the file on the host. */
function decode(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new UserError('E_TEMPLATE_FILE', `the template ${path} is not UTF-8 text`)
  }
}
