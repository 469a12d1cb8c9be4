import type { Plan } from '../../../core/module.ts'
import { predict } from '../../../core/probe.ts'
import { quote, sh } from '../../../core/sh.ts'
import { sameAccounts } from '../../shared/access.ts'
import { entries } from '../../shared/entries.ts'
import { orExplain } from '../../shared/explain.ts'
import { ancestors } from '../../shared/parent-folders.ts'
import { overLink, stageName } from '../../shared/place.ts'
import { sameFolders } from '../../shared/safe-path.ts'
import { stat } from '../../shared/stat.ts'
import type { FileArgs } from './args.ts'
import { inode } from './inode.ts'
import { assertOriginal, isSame } from './original.ts'
import { described } from './place.ts'
import type { FileState } from './state.ts'

export function planHardLink({ path, target = '' }: FileArgs, state: FileState): Plan {
  const { original } = state
  if (original === undefined || isSame(original))
    return { changes: [], because: `already the same file as ${target}` }
  assertOriginal(target, state.access, original)
  return {
    changes: [{ what: 'hard link', from: described(state), to: target }],
    leaves: [
      predict(stat, path, original.here),
      predict(stat, target, original.here),
      predict(inode, path, original.inode),
      predict(inode, target, original.inode),
      predict(entries, path, 0),
      ...sameFolders([...state.above, ...original.above]),
      ...sameAccounts(state.access),
    ],
  }
}

/**
 * The commands that give the file its other name, after those of `place`. It is found twice: on a way that nobody can put a link in, and
 * by `ln`, which knows no such way.
 */
export function hardLink({ path, target = '' }: FileArgs): string[] {
  const name = `./${target.slice(target.lastIndexOf('/') + 1)}`
  const moved = quote(`${target} is not a regular file any more, or was replaced meanwhile`)
  return [
    sh`wanted=$( enter ${['/', ...ancestors(target)]}; [ -f ${name} ] && [ ! -L ${name} ] && stat -c '%d:%i' -- ${name} ) ||`,
    `  unsafe ${moved}`,
    sh`[ -n "$shared" ] || { stage ${stageName(path)} ${path}; dest=../\${dest#./}; }`,
    orExplain(sh`ln -- ${target} ./run-playbook.new`, path),
    `[ "$(stat -c '%d:%i' -- ./run-playbook.new)" = "$wanted" ] || unsafe ${moved}`,
    orExplain(overLink('./run-playbook.new'), path),
  ]
}
