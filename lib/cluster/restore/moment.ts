import { UserError } from '../../core/errors.ts'

/** A moment, and PostgreSQL's words for it in UTC, with all digits that were given. */
export interface Moment {
  readonly time: Date
  readonly text: string
}

const TIME =
  /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(:\d{2})?(?:\.(\d{1,6}))?\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)?$/i

/** @throws UserError E_BAD_TIME for what is none, such as 30 February */
export function parseTime(text: string): Moment {
  const [matched, day, minute, second = ':00', fraction = '', offset = 'Z'] = TIME.exec(text.trim()) ?? []
  const zone = offset
    .replace(/^UTC$/i, 'Z')
    .replace(/^([+-]\d{2})$/, '$1:00')
    .replace(/^([+-]\d{2})(\d{2})$/, '$1:$2')
  const written = `${day}T${minute}${second}`
  const whole = new Date(`${written}${zone}`)
  // Date makes 2 March of 30 February.
  const asWritten = new Date(`${written}Z`)
  const exists = !Number.isNaN(asWritten.getTime()) && asWritten.toISOString().startsWith(written)
  // PostgreSQL's own limit.
  const near = Math.abs(Number(/^[+-]\d{2}/.exec(zone)?.[0] ?? 0)) <= 15
  if (matched === undefined || Number.isNaN(whole.getTime()) || !exists || !near)
    throw new UserError(
      'E_BAD_TIME',
      `target-time ${text} is not a point in time such as 2026-11-24 14:03:00+01:00`,
      {
        hint: 'A time without an offset is UTC.',
      },
    )
  const time = new Date(whole.getTime() + Math.floor(Number(`0.${fraction || 0}`) * 1000))
  const digits = fraction === '' ? '' : `.${fraction}`
  return { time, text: `${seconds(whole)}${digits}+00` }
}

/** How far clocks may differ. */
const LEEWAY_MS = 60_000

/** @throws UserError E_BAD_TIME for what is still to come */
export function refuseFuture({ time, text }: Moment, now: Date): void {
  if (time.getTime() <= now.getTime() + LEEWAY_MS) return
  throw new UserError(
    'E_BAD_TIME',
    `target-time ${inUtc(text)} is in the future: it is ${seconds(now)} UTC`,
    { hint: 'A time without an offset is UTC. To restore the latest state, leave out target-time.' },
  )
}

/** In UTC; and where the operator has another time, in that: `2026-11-24 14:03:00 UTC (here 2026-11-24 15:03:00+01:00)`. */
export function momentWords({ time, text }: Moment): string {
  const minutes = -time.getTimezoneOffset()
  if (minutes === 0) return inUtc(text)
  const two = (number: number): string => String(number).padStart(2, '0')
  const [hour, minute] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  const here = seconds(new Date(time.getTime() + minutes * 60_000))
  return `${inUtc(text)} (here ${here}${minutes < 0 ? '-' : '+'}${two(hour)}:${two(minute)})`
}

const inUtc = (text: string): string => text.replace(/\+00$/, ' UTC')

const seconds = (time: Date): string => time.toISOString().slice(0, 19).replace('T', ' ')
