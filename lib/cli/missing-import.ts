import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UserError } from '../core/errors.ts'
import { quote } from '../core/sh.ts'
import { linkedPackageOf } from './linked-package.ts'

const CODES = ['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND']

/**
 * An import of something that is not there, as an error with the line that has the import; undefined for other errors.
 * @param loaded the file of the project that was loaded
 */
export function missingImport(error: unknown, loaded: string): UserError | undefined {
  if (!(error instanceof Error) || !('code' in error) || !CODES.includes(String(error.code))) return undefined
  const what = /Cannot find (?:module|package) '([^']+)'/.exec(error.message)?.[1]
  const importer = importerOf(error)
  if (what === undefined || importer === undefined) return undefined
  const line = lineOf(what, importer)
  const file = relative(process.cwd(), importer) || importer
  return new UserError('E_LOAD', `${file} imports ${what}, which is not there`, {
    at: line === undefined ? file : `${file}:${line}`,
    hint: /^[./]/.test(what)
      ? 'The path is relative to the directory of the file that imports it.'
      : howToInstall(packageOf(what), importer, loaded),
    cause: error,
  })
}

function howToInstall(name: string, importer: string, loaded: string): string {
  const linked = linkedPackageOf(importer, loaded)
  if (linked === undefined) return `Install the package in the project of the playbook: npm install ${name}`
  const { link, folder } = linked
  return `${link} is a link to ${folder}: what it imports is looked for there, not in the project. Install it there: npm install --prefix ${quote(folder)} ${name}. Or install a copy in the place of the link: npm install --install-links ${quote(folder)}`
}

function importerOf(error: Error): string | undefined {
  const stack: unknown = Reflect.get(error, 'requireStack')
  const first: unknown = Array.isArray(stack) ? stack[0] : undefined
  const from = typeof first === 'string' ? first : /imported from (\S.*)$/m.exec(error.message)?.[1]
  return from?.startsWith('file:') ? fileURLToPath(from) : from
}

/** The first line that has the name in quotes. */
function lineOf(what: string, file: string): number | undefined {
  try {
    const lines = readFileSync(file, 'utf8').split('\n')
    const index = lines.findIndex((line) =>
      ['"', "'", '`'].some((quote) => line.includes(quote + what + quote)),
    )
    return index < 0 ? undefined : index + 1
  } catch {
    return undefined
  }
}

const packageOf = (what: string): string =>
  what
    .split('/')
    .slice(0, what.startsWith('@') ? 2 : 1)
    .join('/')
