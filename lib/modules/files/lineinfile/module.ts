import type { Module } from '../../../core/module.ts'
import { type FileEditState, defineFileEdit } from '../../shared/define-file-edit.ts'
import { bare, insertLines, lineEnd, rawLines } from '../shared/raw-lines.ts'
import { type LineinfileArgs, args } from './args.ts'

/**
 * Manages one line in a text file: replaces the line that matches, adds a missing line, or removes all lines that match. For
 * several lines, use `blockinfile`. To replace every match of a pattern, use `replace`.
 *
 * As in Ansible, a line that is already somewhere in the file is not added again, whatever `insertAfter` says. Unlike in
 * Ansible, patterns are JavaScript regular expressions, lines keep their line endings (also `\r\n`), and a symbolic link is an
 * error: use the path of its target.
 *
 * @example
 * lineinfile('no root login', {
 *   path: '/etc/ssh/sshd_config',
 *   regexp: /^#?PermitRootLogin\b/,
 *   line: 'PermitRootLogin no',
 *   validate: '/usr/sbin/sshd -t -f %s',
 * })
 */
export const lineinfile: Module<LineinfileArgs, FileEditState> = defineFileEdit({
  name: 'lineinfile',
  args,
  edit: (text, { line = '', state, regexp, searchString, backrefs, firstMatch, ...where }) => {
    const lines = rawLines(text)
    const end = lineEnd(text)
    const same = (raw: string): boolean => bare(raw) === line
    const matches = (raw: string): boolean =>
      regexp ? has(raw, regexp) : bare(raw).includes(searchString ?? '')
    const fits = regexp !== undefined || searchString !== undefined ? matches : same
    if (state === 'absent') return lines.filter((raw) => !fits(raw)).join('')
    const find = (test: (raw: string) => boolean): number =>
      firstMatch === true ? lines.findIndex(test) : lines.findLastIndex(test)
    const at = find(fits)
    const old = lines[at]
    if (old !== undefined) {
      const wanted = backrefs === true && regexp ? expanded(bare(old), regexp, line) : line
      return lines.with(at, wanted + (old.slice(bare(old).length) || end)).join('')
    }
    if (backrefs === true || lines.some(same)) return text
    return insertLines(lines, placeOf(where, lines.length, find), [line + end], end).join('')
  },
})

const has = (raw: string, pattern: RegExp): boolean => bare(raw).search(pattern) >= 0

type Where = Pick<LineinfileArgs, 'insertAfter' | 'insertBefore'>

/** Where a new line goes: the end, where nothing matches. */
function placeOf(
  { insertAfter, insertBefore }: Where,
  last: number,
  find: (test: (raw: string) => boolean) => number,
) {
  if (insertBefore === 'BOF' || insertAfter === 'BOF') return 0
  const pattern = insertBefore ?? insertAfter
  const found = pattern instanceof RegExp ? find((raw) => has(raw, pattern)) : -1
  if (found < 0) return last
  return insertBefore === undefined ? found + 1 : found
}

/** What `String.replace` makes of the match, alone. */
function expanded(text: string, pattern: RegExp, replacement: string): string {
  const once = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''))
  const match = once.exec(text)
  if (match === null) return replacement
  const behind = text.length - match.index - match[0].length
  const replaced = text.replace(once, replacement)
  return replaced.slice(match.index, replaced.length - behind)
}
