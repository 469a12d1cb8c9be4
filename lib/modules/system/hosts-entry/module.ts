import type { Module } from '../../../core/module.ts'
import { type FileEditState, defineFileEdit } from '../../shared/define-file-edit.ts'
import { type HostsEntryArgs, args } from './args.ts'
import { editHosts } from './edit.ts'

/**
 * Names of an address in `/etc/hosts`. Comments, spaces and other names of the address are kept; a name is found in any case, and an
 * address in any spelling.
 *
 * Ansible has no module for this; `lineinfile` with a `regexp` replaces the whole line, with names that others have added. Docker mounts
 * `/etc/hosts` of a container: it can only be changed with `inPlace: true`, and is made anew with the container.
 *
 * @dryRun Reads the file, and shows the diff against what earlier tasks would leave in it: each edit of a file shows its own
 * lines. Later tasks see the new text, not what a name then resolves to. `validate` is not run.
 *
 * @example
 * hostsEntry('database', { address: '10.88.0.11', names: ['db-1.example.org', 'db-1'] })
 *
 * @example
 * hostsEntry('old name', { names: ['db-0'], state: 'absent' })
 */
export const hostsEntry: Module<HostsEntryArgs, FileEditState> = defineFileEdit({
  name: 'hosts_entry',
  args,
  ansible: { name: 'names, a list' },
  editLines: editHosts,
})
