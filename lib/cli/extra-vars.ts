import { readFileSync } from 'node:fs'
import { messageOf } from '../core/error-message.ts'
import { UserError } from '../core/errors.ts'
import { nameMeant } from '../core/missing-file.ts'
import { type Schema, validate } from '../core/schema.ts'
import { Secret } from '../core/secret.ts'

/**
 * `-e` arguments as vars. `key=value` is JSON (`true`, `3`, `["a"]`) where the var takes that, else text: `version=16`
 * is a number for a number and text for a text. `@file` is a JSON object. A later one wins.
 * @param shapes the declared vars, of the playbook and of the inventory
 * @param secrets the vars that are secrets: their text is taken as it is
 * @throws UserError for what is of neither form
 */
export function parseExtraVars(
  args: readonly string[],
  shapes: readonly Readonly<Record<string, unknown>>[],
  secrets: readonly string[] = [],
): Record<string, unknown> {
  const vars = Object.create(null) as Record<string, unknown>
  return Object.assign(vars, ...args.map((arg) => parseOne(arg, shapes, secrets))) as Record<string, unknown>
}

function parseOne(
  arg: string,
  shapes: readonly Readonly<Record<string, unknown>>[],
  secrets: readonly string[],
): Record<string, unknown> {
  if (arg.startsWith('@')) return hidden(parseFile(arg.slice(1)), secrets)
  const equals = arg.indexOf('=')
  if (equals < 1) throw new UserError('E_BAD_VARS', `-e ${arg}: it must be key=value or @file`)
  const key = arg.slice(0, equals)
  const text = arg.slice(equals + 1)
  if (secrets.includes(key)) return hidden({ [key]: text }, secrets)
  const schemas = shapes.flatMap((shape) => (Object.hasOwn(shape, key) ? [shape[key] as Schema] : []))
  const accepted = (value: unknown): boolean =>
    schemas.every((schema) => validate(schema, value).issues === undefined)
  const json = readJson(text)
  if (json !== undefined && accepted(json.value)) return { [key]: json.value }
  if (schemas.length > 0 && accepted(text)) return { [key]: text }
  // Neither will do: what is said about it should be said of what it looks like.
  return { [key]: /^[[{]/.test(text) ? fromJson(text, arg) : (json?.value ?? text) }
}

const hidden = (vars: Record<string, unknown>, secrets: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(vars).map(([key, value]) => [
      key,
      secrets.includes(key) && typeof value === 'string' ? new Secret(key, value) : value,
    ]),
  )

function readJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

function parseFile(path: string): Record<string, unknown> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new UserError('E_BAD_VARS', `-e @${path}: ${messageOf(error, path)}`, { hint: nameMeant(path) })
  }
  const value = fromJson(text, `@${path}`)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UserError('E_BAD_VARS', `-e @${path}: the file must contain one JSON object`)
  return value as Record<string, unknown>
}

function fromJson(text: string, arg: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // What Node.js quotes may be several lines.
    const why = (error as Error).message.replace(/\s+/g, ' ')
    throw new UserError('E_BAD_VARS', `-e ${arg}: not valid JSON: ${why}`, {
      hint: arg.startsWith('@') ? 'The file must contain one JSON object.' : undefined,
    })
  }
}
