import { linesOf, withLines } from '../../shared/edit-lines.ts'
import type { WantedKeys } from './args.ts'
import { type KeyLine, isSameKey, keyLine, parseKeyLine } from './key.ts'

/** The text of an `authorized_keys` file with the keys in it, or without them. Lines of others stay byte for byte. */
export function editKeys(text: string, wanted: Omit<WantedKeys, 'user'>): string {
  const { keys, state, exclusive = false } = wanted
  const lines = linesOf(text)
  const wantedOf = (line: string): KeyLine | undefined => {
    const is = parseKeyLine(line)
    return is && keys.findLast((key) => isSameKey(key, is))
  }
  if (state === 'absent')
    return withLines(
      text,
      lines.filter((line) => wantedOf(line) === undefined),
    )
  const kept = lines.filter((line) => !exclusive || isComment(line) || wantedOf(line) !== undefined)
  const changed = kept.map((line) => {
    const key = wantedOf(line)
    return key === undefined ? line : asWanted(line, key, wanted)
  })
  const there = changed.flatMap((line) => parseKeyLine(line) ?? [])
  const added = keys.filter(
    (key, i) =>
      !there.some((is) => isSameKey(is, key)) && keys.findLastIndex((one) => isSameKey(one, key)) === i,
  )
  return withLines(text, [...changed, ...added.map((key) => keyLine(mended(key, key, wanted)))])
}

// What sshd takes for no key may be one that a newer sshd takes: with exclusive only comments stay.
const isComment = (line: string): boolean => line.trim() === '' || line.trim().startsWith('#')

function asWanted(line: string, key: KeyLine, wanted: Omit<WantedKeys, 'user'>): string {
  const is = parseKeyLine(line)
  if (is === undefined) return line
  const to = mended(is, key, wanted)
  return is.options === to.options && is.comment === to.comment ? line : keyLine(to)
}

const mended = (is: KeyLine, key: KeyLine, { keyOptions, comment }: Omit<WantedKeys, 'user'>): KeyLine => ({
  ...is,
  options: keyOptions ?? (key.options === '' ? is.options : key.options),
  comment: comment ?? is.comment,
})
