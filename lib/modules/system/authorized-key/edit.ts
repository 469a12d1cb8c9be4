import { bare, insertLines, lineEnd, rawLines } from '../../files/shared/raw-lines.ts'
import type { WantedKeys } from './args.ts'
import { type KeyLine, isSameKey, keyLine, parseKeyLine } from './key.ts'

/** The text of an `authorized_keys` file with the keys in it, or without them. Lines of others stay byte for byte. */
export function editKeys(text: string, wanted: Omit<WantedKeys, 'user'>): string {
  const { keys, state, exclusive = false } = wanted
  const lines = rawLines(text)
  const wantedOf = (raw: string): KeyLine | undefined => {
    const is = parseKeyLine(bare(raw))
    return is && keys.findLast((key) => isSameKey(key, is))
  }
  if (state === 'absent') return lines.filter((raw) => wantedOf(raw) === undefined).join('')
  const kept = lines.filter((raw) => !exclusive || isComment(raw) || wantedOf(raw) !== undefined)
  const changed = kept.map((raw) => {
    const key = wantedOf(raw)
    return key === undefined ? raw : asWanted(raw, key, wanted)
  })
  const there = changed.flatMap((raw) => parseKeyLine(bare(raw)) ?? [])
  const added = keys.filter(
    (key, i) =>
      !there.some((is) => isSameKey(is, key)) && keys.findLastIndex((one) => isSameKey(one, key)) === i,
  )
  const end = lineEnd(text)
  const fresh = added.map((key) => keyLine(mended(key, key, wanted)) + end)
  return fresh.length === 0 ? changed.join('') : insertLines(changed, changed.length, fresh, end).join('')
}

// What sshd takes for no key may be one that a newer sshd takes: with exclusive only comments stay.
const isComment = (raw: string): boolean => bare(raw).trim() === '' || bare(raw).trim().startsWith('#')

function asWanted(raw: string, key: KeyLine, wanted: Omit<WantedKeys, 'user'>): string {
  const line = bare(raw)
  const is = parseKeyLine(line)
  if (is === undefined) return raw
  const to = mended(is, key, wanted)
  const same = is.options === to.options && is.comment === to.comment
  return same ? raw : keyLine(to) + raw.slice(line.length)
}

const mended = (is: KeyLine, key: KeyLine, { keyOptions, comment }: Omit<WantedKeys, 'user'>): KeyLine => ({
  ...is,
  options: keyOptions ?? (key.options === '' ? is.options : key.options),
  comment: comment ?? is.comment,
})
