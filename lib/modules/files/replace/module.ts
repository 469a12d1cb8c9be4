import type { Module } from '../../../core/module.ts'
import { type FileEditState, defineFileEdit } from '../../shared/define-file-edit.ts'
import { type ReplaceArgs, args } from './args.ts'

/**
 * Replaces every match of a pattern in a text file. To manage one whole line, use `lineinfile`.
 *
 * Unlike in Ansible, patterns and references are those of JavaScript (`$1`, not `\1`). It is an error if the pattern matches
 * the replaced text again, or if the path is a symbolic link: use the path of its target.
 *
 * @dryRun Reads the file, and shows the diff against what earlier tasks would leave in it: each edit of a file shows its own
 * lines. Later tasks see the new text, size, mode and owner. `validate` is not run. A missing file fails, unless an earlier task
 * would write it.
 *
 * @example
 * replace('new name', { path: '/etc/hosts', regexp: /\bold\.example\b/, replace: 'new.example' })
 */
export const replace: Module<ReplaceArgs, FileEditState> = defineFileEdit({
  name: 'replace',
  args,
  mustExist: true,
  edit: (text, { regexp, replace: by = '', after, before }) => {
    const [from, to] = sectionOf(text, after, before) ?? [0, 0]
    const every = new RegExp(regexp.source, flagsOf('gm', regexp))
    return text.slice(0, from) + text.slice(from, to).replace(every, by) + text.slice(to)
  },
})

/** Where the part lies that may be changed; `undefined` where `after` or `before` match nothing. */
function sectionOf(text: string, after?: RegExp, before?: RegExp): readonly [number, number] | undefined {
  const inner = after !== undefined && before !== undefined ? '.*?' : '.*'
  const whole = `(?:${after?.source ?? ''})(?<section>${inner})(?:${before?.source ?? '$'})`
  return new RegExp(whole, flagsOf('ds', after, before)).exec(text)?.indices?.groups?.['section']
}

/** The flags of the patterns with others, each once. */
const flagsOf = (flags: string, ...patterns: readonly (RegExp | undefined)[]): string =>
  [...new Set(flags + patterns.map((one) => one?.flags ?? '').join(''))].join('')
