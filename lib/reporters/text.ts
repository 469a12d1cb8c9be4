import { scrub } from '../core/secret.ts'

/** More than this of one line is cut off. */
const LONGEST_LINE = 8 * 1024
/** More than this of one block is left out of its middle: what a command prints is capped at as much. */
const LONGEST_BLOCK = 256 * 1024

/**
 * `text` as one harmless line. What comes from a host could move the cursor, set the clipboard, forge a line or
 * turn the reading direction, so nothing of it reaches a terminal but visible characters.
 */
export function clean(text: string): string {
  const line = cleanBlock(text)
    .split('\n')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join(' ')
    .replaceAll('\t', ' ')
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line
}

/** As {@link clean}, but lines stay lines: for outputs and diffs. */
export function cleanBlock(text: string): string {
  // Masked here too, not only at the exit: shortening or joining lines would hide a secret's value from the masker.
  return shortened(stripControls(scrub(text).replace(/\r\n?/g, '\n'))).trimEnd()
}

/** Both ends of a text that is too long, with a word about what is missing. The secrets in it must be masked before. */
export function shortened(text: string): string {
  if (text.length <= LONGEST_BLOCK) return text
  const half = LONGEST_BLOCK / 2
  return `${text.slice(0, half)}\n… ${text.length - 2 * half} characters are left out …\n${text.slice(-half)}`
}

/** The lines of a block, each behind `indent`. */
export function indented(block: string, indent: string): string[] {
  return block === '' ? [] : block.split('\n').map((line) => indent + line)
}

/** The words of `text` in lines of at most `width`; a word that is longer keeps a line of its own. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

/** `1 host`, `2 hosts`. */
export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** `a, b, c and 7 more`. */
export function enumerate(names: readonly string[], most = 6): string {
  const shown = names.slice(0, most).map(clean).join(', ')
  return names.length > most ? `${shown} and ${names.length - most} more` : shown
}

/** `0.3 s`, `42 s`, `3 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

// Whole sequences first, so that nothing of them remains as litter; then every control character that is left, so that
// broken sequences are harmless too. Each class excludes what starts a sequence: matching stays linear.
const CONTROLS = new RegExp(
  [
    '(?:\\x1b[\\]PX^_]|[\\x90\\x98\\x9d-\\x9f])[^\\x07\\x1b\\x90\\x98\\x9c-\\x9f]*(?:\\x07|\\x1b\\\\|\\x9c)', // OSC, DCS, SOS, PM, APC
    '(?:\\x1b\\[|\\x9b)[0-?]*[ -/]*[@-~]', // CSI
    '\\x1b[ -/]*[0-~]', // ESC c, ESC ( B
    '(?![\\t\\n])\\p{Cc}', // any other C0 or C1
    '\\p{Bidi_Control}|[\\u2028\\u2029]', // reading direction, exotic line breaks
  ].join('|'),
  'gu',
)

const stripControls = (text: string): string => text.replace(CONTROLS, '')
