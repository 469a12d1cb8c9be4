import * as z from '../../../core/lazy-zod.ts'

interface Range {
  readonly min: number
  readonly max: number
  /** From the smallest number on. */
  readonly names?: readonly string[]
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const DAYS = 'sun mon tue wed thu fri sat'.split(' ')

/** A field of the time of a job, as crontab(5) describes it. */
function field({ min, max, names = [] }: Range) {
  const numberOf = (word: string): number =>
    /^\d+$/.test(word) ? Number(word) : names.indexOf(word.toLowerCase()) + min
  const isNumber = (word: string): boolean =>
    /^\d+$/.test(word) ? Number(word) >= min && Number(word) <= max : names.includes(word.toLowerCase())
  const isPart = (part: string): boolean => {
    const [, from, first = '', last, step] = /^(\*|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(part) ?? []
    if (from === undefined) return false
    if (step !== undefined && (Number(step) < 1 || Number(step) > max)) return false
    if (from === '*') return true
    if (last === undefined) return isNumber(first) && step === undefined
    return isNumber(first) && isNumber(last) && numberOf(first) <= numberOf(last)
  }
  const isField = (text: string): boolean => text.split(',').every(isPart)
  return z.union([z.int(), z.string()]).refine((value) => isField(String(value)), {
    error: `must be numbers from ${min} to ${max} as in crontab(5), such as '*', '*/2', '${min + 1}-${min + 4}' or '${min + 1},${min + 3}'`,
  })
}

export const minuteField = field({ min: 0, max: 59 })
export const hourField = field({ min: 0, max: 23 })
export const dayField = field({ min: 1, max: 31 })
export const monthField = field({ min: 1, max: 12, names: MONTHS })
export const weekdayField = field({ min: 0, max: 7, names: DAYS })
