import { type JointStep, defineJoint } from '../../../core/joint.ts'
import { quote, sh } from '../../../core/sh.ts'
import { type Made, accessForAll } from '../../shared/access-groups.ts'
import { certainAccess } from '../../shared/access.ts'
import { isPlain, plainFolders } from '../../shared/plain-folder.ts'
import type { FileArgs } from './args.ts'
import { fileAccess } from './plan.ts'
import { type FileState, innermost } from './state.ts'

interface Part extends Omit<Made, 'word'> {
  readonly path: string
}

const joint = defineJoint<Part>(makeAll)

/** The part of a new directory in one that is there, or is made just before, and that nobody else can write to. */
export function makeTogether(args: FileArgs, state: FileState): JointStep | undefined {
  const { path } = args
  if (args.state !== 'directory' || state.here.type !== 'absent') return undefined
  if (!isPlain(state.above, state.access)) return undefined
  const fresh = { ...certainAccess(state.access, innermost(state)), mode: '' }
  return joint({ path, wanted: fileAccess(args, state), fresh })
}

// They are ours alone until all are made.
function makeAll(parts: readonly Part[]): string {
  const paths = parts.map(({ path }) => path)
  return [
    'set -eu',
    'umask 077',
    ...plainFolders(paths, new Set(paths)),
    sh`mkdir -- ${paths}`,
    ...accessForAll(parts.map((part) => ({ ...part, word: quote(part.path) }))),
  ].join('\n')
}
