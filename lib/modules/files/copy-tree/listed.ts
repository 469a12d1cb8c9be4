import { UserError } from '../../../core/errors.ts'
import { type Reader, readerOfOne } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { quote } from '../../../core/sh.ts'
import { operand } from '../../shared/operand.ts'

/** All that lies below a directory, by paths relative to it, in one order. */
export interface Listed {
  readonly directories: readonly string[]
  readonly others: readonly string[]
}

/** Bytes of names. */
const LIMIT = 4 * 1024 * 1024

/** What lies below a directory; nothing where there is none. */
export const listed: Reader<Listed> = readerOfOne<Listed>({
  name: 'tree',
  ask: (path) => `LC_ALL=C
export LC_ALL
path=${quote(operand(path))}
[ -d "$path" ] && [ ! -L "$path" ] || { printf '\\0/\\0'; exit 0; }
cd -P -- "$path" || exit 1
{ find . -type d -print0 && printf '/\\0' && find . ! -type d -print0; } | head -c ${LIMIT}`,
  parse: ({ code, stdout, stderr }, path) => {
    const names = stdout.toString().split('\0')
    const middle = names.indexOf('/')
    if (stdout.length >= LIMIT)
      throw new UserError('E_UNSUPPORTED', `there is too much below ${path} to list it`, {
        hint: 'Leave out delete, or use a directory of its own.',
      })
    if (code !== 0 || middle < 0 || stderr.length > 0)
      throw new UserError('E_CANNOT_LOOK', `${path} cannot be listed: ${stderr.toString().trim()}`, {
        hint: 'Set become: true for the task.',
      })
    const below = (list: readonly string[]): string[] =>
      list.flatMap((name) => (name.startsWith('./') ? [name.slice(2)] : [])).sort(byName)
    return { directories: below(names.slice(0, middle)), others: below(names.slice(middle + 1)) }
  },
  sees: (path) => [paths.below(path)],
})

const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export const sorted = (names: Iterable<string>): readonly string[] => [...names].sort(byName)
