import { Opaque } from './plain.ts'

/** Why a value can't stand in a text; `undefined` when it can. Says what it is, never what it holds. */
export function unprintable(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint') return undefined
  if (typeof value === 'number' && Number.isFinite(value)) return undefined
  return describe(value)
}

/** What a value is, for messages. */
export function describe(value: unknown): string {
  if (value === null || value === undefined || Number.isNaN(value)) return String(value)
  if (value instanceof Opaque) return value.what
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return 'text'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** Whether `{{#if}}` takes its other branch. */
export function isFalsy(value: unknown): boolean {
  return !value || isEmptyList(value)
}

/** Whether `{{#with}}` takes its other branch: unlike above, zero is something. */
export function isNothing(value: unknown): boolean {
  return (!value && value !== 0) || isEmptyList(value)
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}
