import { type Module, defineModule } from '../../../core/module.ts'
import { account } from '../../shared/account.ts'
import { sha256 } from '../../shared/sha256.ts'
import { readBody } from '../../shared/text.ts'
import { entries } from '../../shared/entries.ts'
import { applyFile } from './apply.ts'
import { type FileState, probeFile } from './state.ts'
import { planFile, touchesOfFile } from './plan.ts'
import { accessList } from '../acl/reader.ts'
import { type FileArgs, args } from './args.ts'
import { below } from './below.ts'
import { inode } from './inode.ts'

/**
 * Manages a path: a directory, a file, a symbolic link, a hard link, or nothing. To manage the content of a file, use `copy` or `template`.
 *
 * Ansible follows a link at the path unless `follow` is false. This module never does: whoever can replace the link would say whose mode
 * and owner change, and a dry run would name another path than the one that changes. Use the path of its target. Links below are not
 * followed with `recurse` either.
 *
 * With `recurse` everything below is changed in one trip. If others can write to a directory there, each file by itself is held and changed,
 * which takes longer; then a file that has other names (hard links) and belongs to somebody else is an error.
 *
 * @dryRun Looks at the path and the directories above it, and reads no content. Names type, target, mode and owner that differ. With
 * `recurse` looks at everything below, and says how many differ.
 * Later tasks see what will be there, with its mode and owner, and missing directories above it: they can write into a directory
 * that does not exist yet. What lies below the path is unknown to them if it is removed, is a link, with `force` or with `recurse`; the content
 * of files is known as long as nothing is removed.
 *
 * @example
 * file('data folder', { path: '/srv/app', state: 'directory', mode: '0750', owner: 'app' })
 *
 * @example
 * file('uploads', { path: '/srv/app/uploads', state: 'directory', recurse: true, mode: 'u=rwX,g=rX,o=', owner: 'app' })
 */
export const file: Module<FileArgs, FileState> = defineModule({
  name: 'file',
  args,
  ansible: { src: 'target', dest: 'path', name: 'path' },
  probe: probeFile,
  plan: planFile,
  apply: applyFile,
  touches: touchesOfFile,
  // With what is there only mode and owner change.
  keeps: ({ state, path, recurse = false }, is) => {
    const stays =
      is?.here.type === 'file'
        ? state === 'file' || state === 'exists'
        : is?.here.type === 'directory' && state === 'directory'
    if (!stays) return undefined
    return ({ reader, key }) =>
      reader === sha256 ||
      reader === readBody ||
      reader === account ||
      reader === entries ||
      reader === inode ||
      reader === accessList ||
      (reader === below && key === path && !recurse)
  },
})
