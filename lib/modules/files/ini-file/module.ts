import type { Module } from '../../../core/module.ts'
import { type FileEditState, defineFileEdit } from '../../shared/define-file-edit.ts'
import { type IniFileArgs, args } from './args.ts'
import { editIni } from './edit.ts'

/**
 * An option in a section of an INI file, such as `/etc/systemd/journald.conf`; without `option` the section as a whole.
 * Comments, empty lines and the order stay.
 *
 * As in Ansible's `community.general.ini_file`, a commented line of the option is taken before one is added, and `=` alone
 * parts option and value. Other than there, lines keep their ends (`\r\n` stays), and a link is an error: name the file.
 *
 * @example
 * iniFile('size of the journal', { path: '/etc/systemd/journald.conf', section: 'Journal', option: 'SystemMaxUse', value: '1G' })
 */
export const iniFile: Module<IniFileArgs, FileEditState> = defineFileEdit({
  name: 'ini_file',
  args,
  edit: editIni,
})
