import type { SshdConfigArgs } from './args.ts'

/** The lines that count for all logins, and those of `Match`. */
export interface SshdLines {
  readonly all: readonly string[]
  readonly match: readonly string[]
}

type Options = NonNullable<SshdConfigArgs['options']>

const linesOf = (options: Options): string[] =>
  Object.entries(options).flatMap(([name, value]) =>
    (typeof value === 'object' ? value : [value]).map((one) => `${name} ${one}`),
  )

export function wantedLines({ state, options = {}, match = [] }: SshdConfigArgs): SshdLines {
  if (state === 'absent') return { all: [], match: [] }
  const blocks = match.flatMap(({ criteria, options: own }) => [
    `Match ${criteria}`,
    ...linesOf(own).map((line) => `  ${line}`),
  ])
  return { all: linesOf(options), match: blocks }
}

const joined = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')

/** The text of a drop-in. */
export const dropInText = ({ all, match }: SshdLines): string =>
  `# Managed by run-playbook\n${joined(all)}${joined(match)}`

/**
 * A configuration with the lines in it: those for all logins at its top, because sshd takes the first value that it finds, and those of `Match`
 * at its end, where nothing else can become part of them.
 */
export function withBlocks(text: string, name: string, { all, match }: SshdLines): string {
  const begin = `# BEGIN run-playbook ${name}\n`
  const end = `# END run-playbook ${name}\n`
  const block = (lines: readonly string[]): string =>
    lines.length === 0 ? '' : `${begin}${joined(lines)}${end}`
  const others = text.split(begin).map((part, i) => (i === 0 ? part : afterEnd(part, end)))
  const rest = others.join('')
  const whole = rest === '' || rest.endsWith('\n') || match.length === 0 ? rest : `${rest}\n`
  return `${block(all)}${whole}${block(match)}`
}

/** What follows a block. One without an end is only its first line. */
function afterEnd(part: string, end: string): string {
  const at = part.indexOf(end)
  return at < 0 ? part : part.slice(at + end.length)
}

/** Where a directive is set for all logins, for messages: `/etc/ssh/sshd_config:3`. The first of the files counts. */
export function placeOf(
  keyword: string,
  files: readonly { readonly path: string; readonly text: string }[],
): string | undefined {
  for (const { path, text } of files)
    for (const [i, line] of text.split('\n').entries()) {
      const [word = ''] = line.trim().split(/[\s=]+/)
      if (/^match$/i.test(word)) break
      if (word.toLowerCase() === keyword) return `${path}:${i + 1}`
    }
  return undefined
}
