import { inspect } from 'node:util'

/** One registry a process, even when a playbook loads a second copy of the library. */
interface Registry {
  readonly values: WeakMap<Secret, string>
  readonly toScrub: Set<string>
}

const KEY = Symbol.for('run-playbook.secrets')
const shared = globalThis as { [KEY]?: Registry }
const { values, toScrub } = (shared[KEY] ??= { values: new WeakMap(), toScrub: new Set() })

/**
 * A value that must not be printed. It shows as `«secret name»` in strings, logs, JSON and diffs; only the
 * sinks that send it to a host call {@link reveal}.
 *
 * @example
 * const password = new Secret('replication', 'correct horse')
 * String(password) // «secret replication»
 */
export class Secret {
  /** What it is for; safe to print. */
  readonly name: string

  constructor(name: string, value: string) {
    this.name = name
    values.set(this, value)
    // Short values are not scrubbed: replacing every "root" in an output corrupts it (ansible#70455).
    if (value.length >= 8) toScrub.add(value)
  }

  toString(): string {
    return `«secret ${this.name}»`
  }

  toJSON(): string {
    return this.toString()
  }

  [inspect.custom](): string {
    return this.toString()
  }
}

export function isSecret(value: unknown): value is Secret {
  return typeof value === 'object' && value !== null && values.has(value as Secret)
}

/** The value itself. For the last step before the wire, never for anything that is printed. */
export function reveal(secret: Secret | string): string {
  if (typeof secret === 'string') return secret
  const value = values.get(secret)
  if (value === undefined) throw new TypeError('not a secret')
  return value
}

/** `text` with the values of all secrets of this process masked: what a host echoes back must not leak them either. */
export function scrub(text: string): string {
  let clean = text
  for (const value of toScrub) {
    for (const form of formsOf(value)) if (clean.includes(form)) clean = clean.replaceAll(form, '«secret»')
  }
  return clean
}

/** Made once a value: a run masks each line that it prints, and may know hundreds of secrets. */
const made = new Map<string, readonly string[]>()

function formsOf(value: string): readonly string[] {
  const known = made.get(value)
  if (known !== undefined) return known
  const forms = makeForms(value)
  made.set(value, forms)
  return forms
}

function makeForms(value: string): string[] {
  const base64 = Buffer.from(value).toString('base64').replace(/=+$/, '')
  const inJson = JSON.stringify(value).slice(1, -1)
  return [...new Set([value, base64, encodeURIComponent(value), value.replaceAll("'", `'\\''`), inJson])]
}
