import type { Change } from '../../../core/change.ts'
import type { Access } from '../../shared/access.ts'
import { changedMode } from '../../shared/mode.ts'
import type { FileArgs } from './args.ts'
import { type Kind, tallied } from './below.ts'
import type { FileState } from './state.ts'

/** What becomes of those of one kind. */
export interface Becomes {
  readonly from: Kind
  readonly to: Kind
}

/** @param wanted what the directory itself will have: all below gets the same owner and group, where they are asked for */
export function becomes(args: FileArgs, { below = [] }: FileState, wanted: Access): readonly Becomes[] {
  return below.map((from) => {
    const mode = args.mode === undefined || from.type === 'link' ? from.mode : changedMode(args.mode, from)
    const uid = args.owner === undefined ? from.uid : wanted.uid
    const gid = args.group === undefined ? from.gid : wanted.gid
    return { from, to: { ...from, mode, uid, gid } }
  })
}

export const differs = ({ from, to }: Becomes): boolean =>
  from.mode !== to.mode || from.uid !== to.uid || from.gid !== to.gid

/** How many change, without a name. */
export function changesBelow(args: FileArgs, state: FileState, wanted: Access): Change[] {
  const count = becomes(args, state, wanted)
    .filter(differs)
    .reduce((sum, { from }) => sum + from.count, 0)
  if (count === 0) return []
  const asked = (['mode', 'owner', 'group'] as const).flatMap((what) =>
    args[what] === undefined ? [] : [`${what} ${args[what]}`],
  )
  return [{ what: `below ${args.path}`, from: `${count} differ`, to: asked.join(', ') }]
}

/** As `below` will answer. */
export const kindsAfter = (all: readonly Becomes[]): readonly Kind[] => tallied(all.map(({ to }) => to))
