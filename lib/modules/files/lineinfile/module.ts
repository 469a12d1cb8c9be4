import type { Module } from '../../../core/module.ts'
import { type FileEditState, defineFileEdit } from '../../shared/define-file-edit.ts'
import { lineEnd, linesOf, withLines } from '../../shared/edit-lines.ts'
import { type LineinfileArgs, args } from './args.ts'

/**
 * Manages one line in a text file: replaces the line that matches, adds a missing line, or removes all lines that match. For
 * several lines, use `blockinfile`. To replace every match of a pattern, use `replace`.
 *
 * As in Ansible, a line that is already somewhere in the file is not added again, whatever `insertAfter` says. Unlike in
 * Ansible, patterns are JavaScript regular expressions, lines keep their line endings (also `\r\n`), and a symbolic link is an
 * error: use the path of its target.
 *
 * @dryRun Reads the file, and shows the diff against what earlier tasks would leave in it: each edit of a file shows its own
 * lines. Later tasks see the new text, size, mode and owner. `validate` is not run. A missing file fails, unless `create` is
 * true, an earlier task would write it, or there is nothing to write.
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
  ansible: { value: 'line', regex: 'regexp' },
  edit: (text, args) => {
    const edited = withLines(text, editLines(linesOf(text), args))
    // The line counts as whole only with its end.
    const unended = args.state !== 'absent' && linesOf(edited).at(-1) === args.line && !edited.endsWith('\n')
    return unended ? edited + lineEnd(edited) : edited
  },
})

function editLines(
  lines: readonly string[],
  { line = '', state, regexp, searchString, backrefs, firstMatch, ...where }: LineinfileArgs,
): readonly string[] {
  const fits = (one: string): boolean => {
    if (regexp !== undefined) return regexp.test(one)
    return searchString === undefined ? one === line : one.includes(searchString)
  }
  if (state === 'absent') return lines.filter((one) => !fits(one))
  const find = (test: (one: string) => boolean): number =>
    firstMatch === true ? lines.findIndex(test) : lines.findLastIndex(test)
  const at = find(fits)
  const old = lines[at]
  if (old !== undefined)
    return lines.with(at, backrefs === true && regexp ? expanded(old, regexp, line) : line)
  if (backrefs === true || lines.includes(line)) return lines
  return lines.toSpliced(placeOf(where, lines.length, find), 0, line)
}

type Where = Pick<LineinfileArgs, 'insertAfter' | 'insertBefore'>

/** Where a new line goes: the end, where nothing matches. */
function placeOf(
  { insertAfter, insertBefore }: Where,
  last: number,
  find: (test: (one: string) => boolean) => number,
) {
  if (insertBefore === 'BOF' || insertAfter === 'BOF') return 0
  const pattern = insertBefore ?? insertAfter
  const found = pattern instanceof RegExp ? find((one) => pattern.test(one)) : -1
  if (found < 0) return last
  return insertBefore === undefined ? found + 1 : found
}

/** What `String.replace` makes of the match, alone. */
function expanded(text: string, pattern: RegExp, replacement: string): string {
  const match = pattern.exec(text)
  if (match === null) return replacement
  const behind = text.length - match.index - match[0].length
  const replaced = text.replace(pattern, replacement)
  return replaced.slice(match.index, replaced.length - behind)
}
