const BOUND = /^Too (?:small|big): expected (\w+) to (?:be|have) (exactly |[<>]=?)(-?[\d.e+]+)(?: (\w+))?$/

const WORDS: Readonly<Record<string, string>> = {
  '>=': 'at least',
  '<=': 'at most',
  '>': 'more than',
  '<': 'less than',
  'exactly ': 'exactly',
}

/**
 * What Zod says of a bound, in plain English. Any other message stays as it is.
 *
 * @example
 * plainMessage('Too small: expected string to have >=1 characters') // 'must not be empty'
 * plainMessage('Too big: expected number to be <=65535') // 'must be at most 65535'
 */
export function plainMessage(message: string): string {
  const [, origin, sign = '', bound, unit] = BOUND.exec(message) ?? []
  if (origin === undefined) return message
  if (sign === '>=' && bound === '1' && unit !== undefined) return 'must not be empty'
  const amount = `${WORDS[sign]} ${bound}`
  if (unit === undefined) return `must be ${amount}`
  return `must have ${amount} ${bound === '1' ? unit.replace(/ies$/, 'y').replace(/s$/, '') : unit}`
}
