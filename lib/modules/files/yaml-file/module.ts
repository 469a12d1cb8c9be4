import type { Module } from '../../../core/module.ts'
import { type FileEditState, defineFileEdit } from '../../shared/define-file-edit.ts'
import { type DataFileArgs, args } from '../shared/data-file/args.ts'
import { editYaml } from './edit.ts'
import { library } from './library.ts'

/**
 * Sets or removes values in a YAML file, such as `/etc/netplan/50-cloud-init.yaml`. Comments, empty lines and the order of names stay. What is
 * changed is written in the way of the file: its indentation, and whether lists are set in.
 *
 * Ansible has no module for this; its users write the whole file with `template`. A file that is no YAML is an error that says the line and
 * column, and so are a name that is there twice and several documents. Words that older programs take for true or false, such as `yes`, are
 * quoted. What an anchor of the file is about cannot be changed, and nothing by way of an alias. For a file with a secret, use `template`.
 *
 * @dryRun Reads the file, and shows the diff against what earlier tasks would leave in it. A file that is no YAML fails. Later tasks see
 * the new text, size, mode and owner. `validate` is not run.
 *
 * @example
 * yamlFile('address', { path: '/etc/netplan/50-cloud-init.yaml', key: ['network', 'ethernets', 'eth0', 'dhcp4'], value: false })
 *
 * @example
 * yamlFile('name server', { path: '/etc/netplan/50-cloud-init.yaml', key: ['network', 'ethernets', 'eth0', 'nameservers', 'addresses'], items: ['9.9.9.9'] })
 */
export const yamlFile: Module<DataFileArgs, FileEditState> = defineFileEdit({
  name: 'yaml_file',
  args,
  load: () => library.load(),
  edit: editYaml,
})
