import { type Module, defineModule } from '../../../core/module.ts'
import { account } from '../../shared/account.ts'
import { sha256 } from '../../shared/sha256.ts'
import { readBody } from '../../shared/text.ts'
import { applyFile } from './apply.ts'
import { type FileState, probeFile } from './state.ts'
import { planFile, touchesOfFile } from './plan.ts'
import { type FileArgs, args } from './args.ts'

/**
 * Manages a path: a directory, a file, a symbolic link, or nothing. To manage the content of a file, use `copy` or `template`.
 *
 * @dryRun Looks at the path and the directories above it, and reads no content. Names type, target, mode and owner that differ.
 * Later tasks see what will be there, with its mode and owner, and missing directories above it: they can write into a directory
 * that does not exist yet. What lies below the path is unknown to them if it is removed, is a link, or with `force`.
 *
 * @example
 * file('data folder', { path: '/srv/app', state: 'directory', mode: '0750', owner: 'app' })
 */
export const file: Module<FileArgs, FileState> = defineModule({
  name: 'file',
  args,
  probe: probeFile,
  plan: planFile,
  apply: applyFile,
  touches: touchesOfFile,
  // With a file that is there only mode and owner change.
  keeps: ({ state }, is) =>
    is?.here.type === 'file' && (state === 'file' || state === 'exists')
      ? ({ reader }) => reader === sha256 || reader === readBody || reader === account
      : undefined,
})
