import { linesOf, withLines } from '../../shared/edit-lines.ts'
import { type SysctlArgs, procPath, valueOf } from './args.ts'
import { pathOf, wordsOf } from './name.ts'

/** A line that gives a setting a value; a dash before it tells sysctl to ignore errors. */
const SETTING = /^\s*(-?)\s*([^#;\s=-][^=]*?)\s*=\s*(.*?)\s*$/

type Wanted = Pick<SysctlArgs, 'name' | 'value' | 'state'>

/** The text of a file of sysctl with the setting as it is wanted. Lines of other settings stay byte for byte. */
export const editSysctl = (text: string, wanted: Wanted): string =>
  withLines(text, editLines(linesOf(text), wanted))

function editLines(lines: readonly string[], wanted: Wanted): readonly string[] {
  const path = procPath(wanted)
  const own = lines.flatMap((line, at) => {
    const [, dash = '', name = '', value = ''] = SETTING.exec(line) ?? []
    return pathOf(name) === path ? [{ at, dash, name, value }] : []
  })
  // The last one counts.
  const kept = wanted.state === 'absent' ? undefined : own.at(-1)
  const line = `${wanted.name}=${valueOf(wanted)}`
  const changed =
    kept === undefined || wordsOf(kept.value) === valueOf(wanted)
      ? lines
      : lines.with(kept.at, `${kept.dash}${line}`)
  const left = changed.filter((_, at) => !own.some((one) => one.at === at && one !== kept))
  return kept === undefined && wanted.state !== 'absent' ? [...left, line] : left
}
