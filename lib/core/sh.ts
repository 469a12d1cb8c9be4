import { isSecret } from './secret.ts'

/**
 * One word for a POSIX shell. Safe words stay bare so that printed commands read well.
 * @throws TypeError on NUL, which no argument can carry, and on a secret, which belongs on stdin (arguments show in `ps`)
 */
export function quote(word: string | number): string {
  const text = String(word)
  if (text.includes('\0')) throw new TypeError('a shell word cannot contain a NUL byte')
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/**
 * Shell text whose interpolations are quoted: strings and numbers become one word, arrays several words.
 * Use {@link raw} for text that is shell already.
 *
 * @example
 * sh`chown -- ${'a b'} ${['x', 'y']}` // chown -- 'a b' x y
 */
export function sh(strings: TemplateStringsArray, ...values: ShellValue[]): string {
  return strings.reduce((text, part, i) => text + word(values[i - 1]) + part)
}

export type ShellValue = string | number | readonly (string | number)[] | Raw | undefined

/** Shell text that is inserted as it is. */
export interface Raw {
  readonly raw: string
}

/** Marks text as shell that needs no quoting. */
export const raw = (text: string): Raw => ({ raw: text })

function word(value: unknown): string {
  if (value === undefined) return ''
  if (isSecret(value)) throw new TypeError(`${value} must travel on stdin: arguments show in ps`)
  if (Array.isArray(value)) return value.map(word).join(' ')
  if (typeof value === 'object' && value !== null && 'raw' in value) return (value as Raw).raw
  return quote(value as string | number)
}
