import { linesOf, withLines } from '../../shared/edit-lines.ts'
import type { KernelModuleArgs } from './args.ts'

/** For the kernel a dash and an underscore in a name are the same. */
export const kernelName = (name: string): string => name.replaceAll('-', '_')

/** The text of a file in modules-load.d, which has a name a line. */
export function editLoad(text: string, { name, state }: KernelModuleArgs): string {
  const lines = linesOf(text)
  const isOwn = (line: string): boolean => kernelName(line.trim()) === kernelName(name)
  if (state === 'absent')
    return withLines(
      text,
      lines.filter((line) => !isOwn(line)),
    )
  return lines.some(isOwn) ? text : withLines(text, [...lines, name])
}

/** The text of a file in modprobe.d: one line has the parameters. */
export function editOptions(text: string, { name, state, params }: KernelModuleArgs): string {
  if (state !== 'absent' && params === undefined) return text
  const lines = linesOf(text)
  const own = lines.flatMap((line, at) => (moduleOf(line) === kernelName(name) ? [at] : []))
  const kept = state === 'absent' ? undefined : own.at(-1)
  const line = `options ${name} ${params}`
  const is = kept === undefined ? '' : (lines[kept] ?? '')
  const changed = kept === undefined || sameWords(is, line) ? lines : lines.with(kept, line)
  const left = changed.filter((_, at) => at === kept || !own.includes(at))
  return withLines(text, kept === undefined && state !== 'absent' ? [...left, line] : left)
}

/** Whose parameters a line has. */
function moduleOf(line: string): string | undefined {
  const [, name] = /^\s*options\s+(\S+)/.exec(line) ?? []
  return name === undefined ? undefined : kernelName(name)
}

const sameWords = (one: string, other: string): boolean => wordsOf(one) === wordsOf(other)
const wordsOf = (line: string): string => {
  const [first = '', name = '', ...params] = line.trim().split(/\s+/)
  return [first, kernelName(name), ...params].join(' ')
}
