import { linesOf, withLines } from '../../shared/edit-lines.ts'
import { UserError } from '../../../core/errors.ts'
import type { DataEdit } from '../shared/data-file/args.ts'
import { withinDepth } from '../shared/data-file/broken.ts'
import { editData } from '../shared/data-file/edit.ts'
import { sameValue } from '../shared/data-file/value.ts'
import { rewritten } from './layout.ts'
import { parseYaml } from './parse.ts'
import { YamlText } from './yaml-text.ts'

/** The text of YAML with the values as they are wanted. */
export function editYaml(text: string, wanted: DataEdit): string {
  const mark = text.startsWith('\ufeff') ? '\ufeff' : ''
  const plain = text.slice(mark.length).replaceAll('\r\n', '\n')
  return withinDepth('YAML', () => {
    const before = parseYaml(plain)
    const data = new YamlText(parseYaml(plain))
    editData(data, wanted)
    if (!data.changed) return text
    const isSame = (made: string): boolean => holds(made, data)
    const made = rewritten(plain, before, data.document, isSame)
    if (!isSame(made))
      throw new UserError('E_BAD_KEY', 'the value cannot be written into the file so that it is read again', {
        hint: 'Write the file with template().',
      })
    return (
      mark +
      (plain.length === text.length - mark.length ? made : withLines(text.slice(mark.length), linesOf(made)))
    )
  })
}

/** Whether a text says what the document does. */
function holds(text: string, data: YamlText): boolean {
  try {
    return sameValue(new YamlText(parseYaml(text)).get([]) ?? null, data.get([]) ?? null)
  } catch (error) {
    if (error instanceof UserError) return false
    throw error
  }
}
