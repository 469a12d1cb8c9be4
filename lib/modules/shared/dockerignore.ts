/**
 * Whether a path below the context is left out, by the rules of .dockerignore: the last pattern that matches counts.
 *
 * @example
 * const ignored = dockerignore('node_modules\n*.log\n!keep.log')
 * ignored('a.log') // true
 */
export function dockerignore(text: string): (path: string) => boolean {
  const rules = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ keep: line.startsWith('!'), pattern: expression(line.replace(/^!/, '')) }))
  return (path) => rules.findLast(({ pattern }) => pattern.test(path))?.keep === false
}

// A pattern that matches a folder matches all below it.
function expression(pattern: string): RegExp {
  const clean = pattern.trim().replace(/^(\.?\/)+|\/+$/g, '')
  const source = clean.replace(/\*\*\/?|[*?]|\[[^\]]*\]|[^\w\s/]/g, (part) => {
    if (part === '**/') return '(?:.*/)?'
    if (part === '**') return '.*'
    if (part === '*') return '[^/]*'
    if (part === '?') return '[^/]'
    return part.length > 1 ? part : `\\${part}`
  })
  return new RegExp(`^${source}(?:/|$)`)
}
