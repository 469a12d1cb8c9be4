/** A name in SQL text, whatever it is made of. @throws TypeError on NUL, which no name can carry */
export function identifier(name: string): string {
  return `"${withoutNul(name).replaceAll('"', '""')}"`
}

/** A string in SQL text. The same whether `standard_conforming_strings` is on or off. */
export function literal(value: string): string {
  const quoted = `'${withoutNul(value).replaceAll("'", "''")}'`
  return quoted.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted
}

/** Strings as one `text[]`. */
export function textArray(values: readonly string[]): string {
  return `ARRAY[${values.map(literal).join(', ')}]::text[]`
}

function withoutNul(text: string): string {
  if (text.includes('\0')) throw new TypeError('SQL text cannot contain a NUL byte')
  return text
}
