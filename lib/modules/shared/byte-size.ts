import * as z from '../../core/lazy-zod.ts'

/** Bytes, or a number with a unit as Docker counts them: `'256m'` is 256 · 1024 · 1024. */
export type ByteSize = number | `${number}${'b' | 'k' | 'm' | 'g'}`

export const byteSize = z.custom<ByteSize>(
  (value) => Number.isSafeInteger(value) || /^\d+(\.\d+)?[bkmg]$/.test(String(value)),
  "must be bytes or a size such as '256m'",
)

/** The size in bytes. */
export function bytes(size: ByteSize): number {
  if (typeof size === 'number') return size
  return Math.round(Number.parseFloat(size) * 1024 ** 'bkmg'.indexOf(size.at(-1) ?? 'b'))
}
