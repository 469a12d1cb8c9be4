import { readFileSync } from 'node:fs'
import { UserError } from '../core/errors.ts'

/**
 * `-e` arguments as vars. `key=value` is text unless it reads as JSON (`true`, `3`, `["a"]`); `@file` is a JSON object.
 * A later one wins. @throws UserError for what is neither
 */
export function parseExtraVars(args: readonly string[]): Record<string, unknown> {
  return Object.assign(Object.create(null) as object, ...args.map(parseOne)) as Record<string, unknown>
}

function parseOne(arg: string): Record<string, unknown> {
  if (arg.startsWith('@')) return parseFile(arg.slice(1))
  const equals = arg.indexOf('=')
  if (equals < 1) throw new UserError('E_BAD_VARS', `-e ${arg}: not of the form key=value or @file`)
  const text = arg.slice(equals + 1)
  return {
    [arg.slice(0, equals)]: /^(true|false|null|-?\d+(\.\d+)?|[[{"].*)$/s.test(text)
      ? fromJson(text, arg)
      : text,
  }
}

function parseFile(path: string): Record<string, unknown> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new UserError('E_BAD_VARS', `-e @${path}: ${(error as Error).message}`)
  }
  const value = fromJson(text, `@${path}`)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UserError('E_BAD_VARS', `-e @${path}: must hold one JSON object`)
  return value as Record<string, unknown>
}

function fromJson(text: string, arg: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UserError('E_BAD_VARS', `-e ${arg}: not valid JSON: ${(error as Error).message}`)
  }
}
