import { inspect } from 'node:util'
import type { Change } from '../core/change.ts'
import { scrub } from '../core/secret.ts'
import { clean } from './text.ts'

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

/** The same value for JSON. What JSON can't say becomes text, so that no value can end a run. */
export function toJson(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value ?? null, sayable)) as unknown
  } catch {
    return scrub(inspect(value)) // circular
  }
}

function sayable(_key: string, part: unknown): unknown {
  if (typeof part === 'string') return scrub(part)
  if (typeof part === 'bigint' || typeof part === 'symbol' || typeof part === 'function') return String(part)
  if (part instanceof Error) return scrub(part.message)
  if (part instanceof Set) return [...part]
  return part instanceof Map ? Object.fromEntries(part) : part
}

function formatItem(value: unknown): string {
  const said = toJson(value)
  return shortenHashes(clean(typeof said === 'string' ? said : JSON.stringify(said)))
}

/** Twelve digits tell two hashes apart; sixty-four fill the line. */
function shortenHashes(text: string): string {
  return text.replace(/(?<![0-9a-zA-Z])[0-9a-f]{32,}(?![0-9a-zA-Z])/g, (hash) => `${hash.slice(0, 12)}…`)
}
