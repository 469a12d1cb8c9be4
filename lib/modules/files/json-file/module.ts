import type { Module } from '../../../core/module.ts'
import { type FileEditState, defineFileEdit } from '../../shared/define-file-edit.ts'
import { type DataFileArgs, args } from '../shared/data-file/args.ts'
import { editJson } from './edit.ts'
import { jsonc } from './parse.ts'

/**
 * Sets or removes values in a JSON file, such as `/etc/docker/daemon.json`. All else of the text stays: the order of names, indentation, and,
 * where a program allows them, comments and commas at the end.
 *
 * Ansible has no module for this; its users write the whole file with `template`. A file that is no JSON is an error that says the line and
 * column, and so is a name that an object has twice. A value that says the same in other words (`1.0` for `1`, names in another order) is left.
 * For a file with a secret, use `template`.
 *
 * @dryRun Reads the file, and shows the diff against what earlier tasks would leave in it. A file that is no JSON fails. Later tasks see
 * the new text, size, mode and owner. `validate` is not run.
 *
 * @example
 * jsonFile('logs of containers', { path: '/etc/docker/daemon.json', values: { 'log-driver': 'local', 'log-opts': { 'max-size': '10m' } } })
 *
 * @example
 * jsonFile('no registry mirror', { path: '/etc/docker/daemon.json', key: ['registry-mirrors'], state: 'absent' })
 */
export const jsonFile: Module<DataFileArgs, FileEditState> = defineFileEdit({
  name: 'json_file',
  args,
  load: () => jsonc.load(),
  edit: editJson,
})
