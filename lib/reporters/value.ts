import { inspect } from 'node:util'
import type { Change } from '../core/change.ts'
import { scrub } from '../core/secret.ts'
import { clean, shortened } from './text.ts'

const LONGEST = 100

/** A difference in words: `mode 0644 → 0640`, or only what is done when there is nothing to compare. */
export function formatChange({ what, from, to }: Change): string {
  const name = clean(what)
  return from === undefined && to === undefined ? name : `${name} ${formatValue(from)} → ${formatValue(to)}`
}

/** How an observed or wanted value looks: strings bare, hashes short, the rest as compact JSON. */
export function formatValue(value: unknown): string {
  if (value === undefined || value === null) return 'absent'
  if (value === '') return "''"
  const text = Array.isArray(value) ? `[${value.map(formatItem).join(', ')}]` : formatItem(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text
}

/** The same value for JSON, secrets masked. What JSON can't say becomes text, so that no value can end a run. */
export function toJson(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value ?? null, sayable)) as unknown
  } catch {
    return shortened(scrub(inspect(value))) // circular
  }
}

/**
 * A value as one line of JSON. Programs get every character of it, but the control characters and those that turn the
 * reading direction are escaped: a terminal that shows the line must not obey them.
 */
export const jsonLine = (value: unknown): string =>
  JSON.stringify(toJson(value)).replace(
    /[\x7f-\x9f\u2028\u2029]|\p{Bidi_Control}/gu,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

function sayable(_key: string, part: unknown): unknown {
  if (typeof part === 'string') return shortened(scrub(part))
  if (typeof part === 'bigint' || typeof part === 'symbol' || typeof part === 'function') return String(part)
  if (part instanceof Error) return scrub(part.message)
  if (part instanceof Set) return [...part]
  if (part instanceof Map) return namesMasked(Object.fromEntries(part))
  return typeof part === 'object' && part !== null && !Array.isArray(part) ? namesMasked(part) : part
}

function namesMasked(object: object): object {
  const entries = Object.entries(object)
  if (entries.every(([name]) => scrub(name) === name)) return object
  return Object.fromEntries(entries.map(([name, value]) => [scrub(name), value as unknown]))
}

function formatItem(value: unknown): string {
  const said = toJson(value)
  return shortenHashes(clean(typeof said === 'string' ? said : JSON.stringify(said)))
}

/** Twelve digits tell two hashes apart; sixty-four fill the line. */
function shortenHashes(text: string): string {
  return text.replace(/(?<![0-9a-zA-Z])[0-9a-f]{32,}(?![0-9a-zA-Z])/g, (hash) => `${hash.slice(0, 12)}…`)
}
