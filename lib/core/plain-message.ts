const BOUND = /^Too (?:small|big): expected (\w+) to (?:be|have) (exactly |[<>]=?)(-?[\d.e+]+)(?: (\w+))?$/

const WORDS: Readonly<Record<string, string>> = {
  '>=': 'at least',
  '<=': 'at most',
  '>': 'more than',
  '<': 'less than',
  'exactly ': 'exactly',
}

const TYPE = /^Invalid input: expected (.+?)(?:, received (\w+))?$/

/** Those that are said with an article. */
const THINGS = new Set([
  'array',
  'bigint',
  'boolean',
  'date',
  'function',
  'int',
  'number',
  'object',
  'string',
])

/**
 * What Zod says of a bound or a type, in plain English. Any other message stays as it is.
 *
 * @example
 * plainMessage('Too small: expected string to have >=1 characters') // 'must not be empty'
 * plainMessage('Too big: expected number to be <=65535') // 'must be at most 65535'
 * plainMessage('Invalid input: expected number, received string') // 'must be a number, not a string'
 */
export function plainMessage(message: string): string {
  const [, origin, sign = '', bound, unit] = BOUND.exec(message) ?? []
  if (origin === undefined) return typeMessage(message)
  if (sign === '>=' && bound === '1' && unit !== undefined) return 'must not be empty'
  const amount = `${WORDS[sign]} ${bound}`
  if (unit === undefined) return `must be ${amount}`
  return `must have ${amount} ${bound === '1' ? unit.replace(/ies$/, 'y').replace(/s$/, '') : unit}`
}

function typeMessage(message: string): string {
  const [, expected, received] = TYPE.exec(message) ?? []
  if (expected === undefined) return message
  if (received === undefined) return `must be ${expected.split(' or ').map(thing).join(' or ')}`
  return `must be ${thing(expected)}, ${received === 'undefined' ? 'but is missing' : `not ${thing(received)}`}`
}

function thing(name: string): string {
  if (!THINGS.has(name)) return name
  const word = name === 'int' ? 'integer' : name
  return `${/^[aio]/.test(word) ? 'an' : 'a'} ${word}`
}
