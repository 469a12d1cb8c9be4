import { literal } from '../../sql.ts'

export type QueryParameter = string | number | boolean | null | readonly string[]

/**
 * A query with `$1`, `$2`… replaced by literals. The questions of all tasks are one message, and PostgreSQL takes no
 * parameters there. What stands in quotes or comments is left alone.
 */
export function withParameters(sql: string, parameters: readonly QueryParameter[]): string {
  return sql.replace(TOKENS, (token, _tag: string | undefined, position: string | undefined) => {
    if (position === undefined) return token
    const parameter = parameters[Number(position) - 1]
    if (parameter === undefined) throw new RangeError(`the query uses $${position}, which was not given`)
    return asLiteral(parameter)
  })
}

const TOKENS = new RegExp(
  [
    /[eE]'(?:[^'\\]|\\[^]|'')*'/, // a string with escapes
    /'(?:[^']|'')*'/, // a string
    /"(?:[^"]|"")*"/, // a name
    /--[^\n]*/,
    /\/\*[^]*?\*\//,
    /\$((?:[a-zA-Z_]\w*)?)\$[^]*?\$\1\$/, // a string in dollars
    /[a-zA-Z_][\w$]*/, // a word, which may have a dollar inside
    /\$(\d+)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
)

function asLiteral(parameter: QueryParameter): string {
  if (parameter === null) return 'NULL'
  if (typeof parameter === 'string') return literal(parameter)
  if (typeof parameter !== 'object') return `(${String(parameter)})`
  return `ARRAY[${parameter.map(literal).join(', ')}]::text[]`
}
