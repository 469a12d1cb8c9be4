import * as z from '../../../core/lazy-zod.ts'

/** Seconds, minutes, hours, days or weeks: `'90s'`, `'30m'`, `'1h'`, `'7d'`, `'2w'`. */
export type Duration = `${number}${'s' | 'm' | 'h' | 'd' | 'w'}`

export const duration = z.custom<Duration>(
  (value) => typeof value === 'string' && /^\d+[smhdw]$/.test(value) && seconds(value as Duration) > 0,
  "must be a number with a unit, such as '30m', '1h' or '7d'",
)

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const

export const seconds = (text: Duration): number =>
  Number.parseInt(text, 10) * UNITS[text.at(-1) as keyof typeof UNITS]

/** How long ago, for people: the largest unit of which there are two, `2 days ago`, `26 hours ago`. */
export function ago(from: number, now: number): string {
  const age = Math.max(0, now - from)
  for (const [name, size] of WORDS) {
    const count = Math.floor(age / size)
    if (count >= 2) return `${count} ${name} ago`
  }
  return 'just now'
}

const WORDS = [
  ['days', 86_400],
  ['hours', 3600],
  ['minutes', 60],
] as const
