import { UserError } from '../../../core/errors.ts'
import { MANY } from '../../shared/entries.ts'
import { assertFolder, folderOf } from '../../shared/parent-folders.ts'
import { assertSafe } from '../../shared/safe-path.ts'
import type { Stat } from '../../shared/stat.ts'
import type { FileArgs } from './args.ts'
import { isSame } from './original.ts'
import type { FileState } from './state.ts'

/** @throws UserError when it cannot be made there, or something is in its place */
export function assertPlace(args: FileArgs, state: FileState): void {
  const { path, state: wanted, force = false } = args
  const { here, above } = state
  const parent = above.at(-1)
  if (!(wanted === 'absent' && here.type === 'absent')) assertSafe(path, above, state.access)
  if (wanted === 'absent') return
  if (wanted === 'exists') return assertThere(args, here)
  const blocked = above.find(({ stat: { type } }) => type === 'file' || type === 'other')
  if (blocked !== undefined) assertFolder(blocked.path, blocked.stat)
  if (wanted !== 'directory' && parent !== undefined) assertFolder(folderOf(path), parent.stat)
  const isThere = wanted === 'hard' ? isSame(state.original) : here.type === wanted
  if (here.type === 'absent' || isThere || force === 'remove-tree') return
  if (force && state.entries === 0) return
  const kindOf = wanted === 'hard' ? `hard link to ${args.target}` : wanted
  throw new UserError('E_OTHER_KIND', `${path} is a ${described(state)}, not a ${kindOf}`, {
    hint: force
      ? "force: 'remove-tree' removes the directory with everything in it."
      : "force: true removes what exists there first; force: 'remove-tree' also removes a directory that is not empty.",
  })
}

function assertThere({ path, mode }: FileArgs, here: Stat): void {
  if (here.type === 'absent')
    throw new UserError('E_NOT_THERE', `${path} does not exist`, {
      hint: 'state: exists only sets mode and owner. Create the path in an earlier task.',
    })
  if (here.type === 'link' && mode !== undefined)
    throw new UserError('E_OTHER_KIND', `${path} is a ${kind(here)}, which has no mode of its own`, {
      hint: 'Use the path of the target of the link.',
    })
}

const kind = ({ type, target }: Stat): string => (type === 'link' ? `link to ${target}` : type)

/** What is there, and how much of it. */
export function described({ here, entries: count }: FileState): string {
  if (here.type !== 'directory' || count === 0) return kind(here)
  const many = count > MANY ? `more than ${MANY}` : String(count)
  return `directory with ${many} ${count === 1 ? 'entry' : 'entries'}`
}
