import type { Reader, Reply } from './reader.ts'

/**
 * A reader that answers one key with one script. Several keys are several scripts of the same trip.
 *
 * @example
 * const kernel = readerOfOne({
 *   name: 'kernel',
 *   ask: () => 'uname -r',
 *   parse: ({ stdout }) => stdout.toString().trim(),
 *   sees: () => [],
 * })
 */
export interface SingleReader<Answer, Target = undefined> extends Omit<
  Reader<Answer, Target>,
  'ask' | 'parse'
> {
  readonly ask: (key: string) => string
  /** Throwing fails this key alone. */
  readonly parse: (reply: Reply, key: string) => Answer
}

/** Marks readers that take one key a script, also those of a second copy of the library, which a playbook may have loaded. */
const SINGLE = Symbol.for('run-playbook.single-reader')

export function readerOfOne<Answer, Target = undefined>(
  one: SingleReader<Answer, Target>,
): Reader<Answer, Target> {
  const reader: Reader<Answer, Target> = {
    ...one,
    ask: (keys) => one.ask(onlyKey(one.name, keys)),
    parse: (reply, keys) => [one.parse(reply, onlyKey(one.name, keys))],
  }
  Object.defineProperty(reader, SINGLE, { value: true })
  return reader
}

function onlyKey(name: string, keys: readonly string[]): string {
  const [key, ...more] = keys
  if (key === undefined || more.length > 0) throw new TypeError(`${name} answers one key at a time`)
  return key
}

/** Whether the reader takes one key a script. */
export const isSingle = (reader: Reader<unknown, never>): boolean => SINGLE in reader
