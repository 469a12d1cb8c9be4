/**
 * Shell text with a variable in the place of a mark, expanded as one word wherever the mark stands: bare, in double
 * quotes or in single ones.
 *
 * @example
 * insertWord("grep -q x '%s'", '%s', 'temp') // grep -q x ''"$temp"''
 */
export function insertWord(text: string, mark: string, variable: string): string {
  let quote = ''
  let made = ''
  for (let at = 0; at < text.length; at++) {
    const here = text.charAt(at)
    if (text.startsWith(mark, at)) {
      made += IN[quote]?.replace('$', `\${${variable}}`) ?? ''
      at += mark.length - 1
    } else if (here === '\\' && quote !== "'") {
      made += text.slice(at, at + 2)
      at++
    } else {
      if (quote === '' && (here === "'" || here === '"')) quote = here
      else if (quote === here) quote = ''
      made += here
    }
  }
  return made
}

const IN: Readonly<Record<string, string>> = { '': '"$"', '"': '$', "'": `'"$"'` }
