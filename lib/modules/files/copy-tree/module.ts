import { type Module, defineModule } from '../../../core/module.ts'
import { type Resource, paths } from '../../../core/resource.ts'
import { ancestors } from '../../shared/parent-folders.ts'
import { type CopyTree, type CopyTreeArgs, args } from './args.ts'
import { applyCopyTree } from './apply.ts'
import { planCopyTree } from './plan.ts'
import { type CopyTreeState, probeCopyTree } from './state.ts'

/**
 * Copies a directory of your machine to the host, with all that is in it. Only what differs is sent, many small files together. Each
 * file is replaced atomically. Needs tar on the host.
 *
 * As Ansible's `copy` with a directory, it creates missing directories, leaves other files on the host alone, and copies what links
 * lead to. Unlike there, it is always the content of the directory that is copied, with or without a slash at the end of `src`; a
 * new file is executable if it is on your machine; and `delete` and `exclude` do what those of `synchronize` do. `backup`,
 * `validate` and `remote_src` are not available. Access control lists and extended attributes of files that change are lost.
 *
 * @dryRun Compares type, SHA-256, mode and owner of each file; with `delete`, it lists what is on the host. The first 20 changes
 * are named, text files with a diff, and the others are counted. Later tasks see all that would be copied. What else lies below
 * `dest` is unknown to them, also what `delete` would remove.
 *
 * @throws UserError E_NO_SOURCE, E_OTHER_KIND, E_UNSAFE_PATH, E_NO_UNPACKER
 *
 * @example
 * copyTree('site', {
 *   src: new URL('../files/nginx/html', import.meta.url),
 *   dest: '/srv/www',
 *   owner: 'www-data',
 *   group: 'www-data',
 *   delete: true,
 *   exclude: ['uploads'],
 * })
 */
export const copyTree: Module<CopyTreeArgs, CopyTreeState> = defineModule({
  name: 'copy_tree',
  args,
  load: ({ tree }) => tree.load(),
  probe: probeCopyTree,
  plan: planCopyTree,
  apply: applyCopyTree,
  touches,
})

function touches({ dest }: CopyTree, state: CopyTreeState | undefined): readonly Resource[] {
  const missing =
    state?.above.flatMap(({ path, stat }) => (stat.type === 'absent' ? [path] : [])) ?? ancestors(dest)
  return [paths.below(dest), ...missing.map(paths.at)]
}
