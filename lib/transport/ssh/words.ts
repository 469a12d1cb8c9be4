import { readFile } from 'node:fs/promises'

/** The words of a line of an ssh config, as ssh splits them: quotes of both kinds, backslashes, comments. */
export function splitWords(text: string): string[] {
  const words: string[] = []
  // Each backslash can be read in one way only: where a quote is not closed, all readings would be tried.
  const pattern =
    /(#.*$|(?:\\["'\\ ]|"(?:\\["'\\]|\\(?!["'\\])|[^"\\])*"|'(?:\\["'\\]|\\(?!["'\\])|[^'\\])*'|[^\s"'])+)/gs
  for (const [, word = ''] of text.matchAll(pattern)) {
    if (word.startsWith('#')) break
    words.push(word.replace(/\\(["'\\ ])|["']/g, (_, escaped: string | undefined) => escaped ?? ''))
  }
  return words
}

/**
 * The files of an option that takes several. `ssh -G` prints them without quotes, so that a name with a blank cannot be
 * told from two names; the line of the config that gave them can.
 *
 * @param value as `ssh -G` prints it
 * @param configs the files that ssh has read; only looked for where there is a blank, because ssh is run once more for it
 * @param expand what ssh makes of a name before it prints it
 */
export async function splitFiles(
  value: string,
  keyword: string,
  configs: () => Promise<readonly string[]>,
  expand: (name: string) => string,
): Promise<string[]> {
  const plain = value.split(/\s+/).filter(Boolean)
  if (plain.length < 2) return plain
  const texts = await Promise.all((await configs()).map((file) => readFile(file, 'utf8').catch(() => '')))
  for (const line of texts.flatMap((text) => text.split(/\r?\n/))) {
    const [, name, rest] = /^\s*([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.*)$/.exec(line) ?? []
    if (name?.toLowerCase() !== keyword || rest === undefined) continue
    const words = splitWords(rest)
    if (words.join(' ') === value) return words
    const expanded = words.map(expandOr(expand))
    if (expanded.join(' ') === value) return expanded
  }
  // Not from a line that was found, such as ssh's own default in a home folder with a blank: a file begins at a root.
  return value.split(/\s+(?=[/~%$]|none$)/)
}

/** A line for another host may have tokens that mean nothing here. */
const expandOr =
  (expand: (name: string) => string) =>
  (name: string): string => {
    try {
      return expand(name)
    } catch {
      return name
    }
  }
