import type { Module } from '../../../core/module.ts'
import { type FileEditState, defineFileEdit } from '../../shared/define-file-edit.ts'
import { type IniFileArgs, args } from './args.ts'
import { editIni } from './edit.ts'

/**
 * Manages an option in a section of an INI file, such as `/etc/systemd/journald.conf`, or a whole section (without `option`).
 * Comments, empty lines and the order of lines are kept.
 *
 * As in Ansible's `community.general.ini_file`, a line where the option is commented out is used before a line is added, and
 * only `=` separates an option from its value. Unlike there, lines keep their line endings (also `\r\n`), and a symbolic link
 * is an error: use the path of its target.
 *
 * @dryRun Reads the file, and shows the diff against what earlier tasks would leave in it: each edit of a file shows its own
 * lines. Later tasks see the new text, size, mode and owner. `validate` is not run. With `create: false`, a missing file fails,
 * unless an earlier task would write it or there is nothing to write.
 *
 * @example
 * iniFile('size of the journal', { path: '/etc/systemd/journald.conf', section: 'Journal', option: 'SystemMaxUse', value: '1G' })
 */
export const iniFile: Module<IniFileArgs, FileEditState> = defineFileEdit({
  name: 'ini_file',
  args,
  editLines: editIni,
})
