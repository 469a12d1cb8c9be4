import type { Change } from '../../../core/change.ts'
import type { Certain, Plan } from '../../../core/module.ts'
import { type Prediction, predict } from '../../../core/probe.ts'
import { type Resource, paths } from '../../../core/resource.ts'
import { entries } from '../../shared/entries.ts'
import { sha256 } from '../../shared/sha256.ts'
import { type Stat, stat } from '../../shared/stat.ts'
import { readBody } from '../../shared/text.ts'
import {
  type Access,
  accessChanges,
  freshAccess,
  isSetgid,
  sameAccounts,
  wantedAccess,
} from '../../shared/access.ts'
import { ancestors } from '../../shared/parent-folders.ts'
import { accessList } from '../acl/reader.ts'
import type { FileArgs } from './args.ts'
import { below } from './below.ts'
import { planHardLink } from './hard-link.ts'
import { assertPlace, described } from './place.ts'
import { becomes, changesBelow, kindsAfter } from './recurse.ts'
import { type FileState, innermost, mayEmpty, mayRemove, missing } from './state.ts'

export function planFile(args: FileArgs, state: FileState): Plan {
  const { here } = state
  assertPlace(args, state)
  if (args.state === 'absent') return here.type === 'absent' ? GONE : removal(args, state)
  if (args.state === 'hard') return planHardLink(args, state)
  const wanted = fileAccess(args, state)
  const type = wantedType(args, here)
  const made = here.type !== type
  const kept: Stat = made ? { type: 'absent' } : here
  const changes: Change[] = [
    ...(made ? [{ what: 'state', from: described(state), to: type }] : []),
    ...(args.state === 'link' && here.target !== args.target
      ? [{ what: 'target', from: here.target, to: args.target }]
      : []),
    ...accessChanges(args, kept, wanted),
    ...(made ? [] : changesBelow(args, state, wanted)),
  ]
  if (changes.length > 0) return { changes, leaves: leaves(args, state, wanted) }
  const shown = args.state === 'link' ? `-> ${args.target}` : `${here.mode} ${here.owner}:${here.group}`
  return { changes, because: `already a ${type} ${shown}` }
}

const GONE: Plan = { changes: [], because: 'already absent' }

const removal = (args: FileArgs, state: FileState): Plan => ({
  changes: [{ what: 'state', from: described(state), to: 'absent' }],
  leaves: [
    predict(stat, args.path, { type: 'absent' }),
    predict(sha256, args.path, undefined),
    predict(readBody, args.path, undefined),
    predict(entries, args.path, 0),
    predict(accessList, args.path, undefined),
    ...unchanged(state),
  ],
})

const newMode = (type: Stat['type'], folder: Stat): string =>
  type === 'file' ? '0644' : type === 'link' ? '0777' : isSetgid(folder) ? '2755' : '0755'

/** Mode and owner that it will have. A thing of the wrong kind is replaced, so what it has does not count. */
export function fileAccess(args: FileArgs, state: FileState): Access {
  const type = wantedType(args, state.here)
  const kept: Stat = state.here.type === type ? state.here : { type: 'absent' }
  const made = { type, mode: newMode(type, innermost(state)) }
  return wantedAccess(args, state.access, kept, innermost(state), made)
}

/** What will be at the path. */
export const wantedType = ({ state }: FileArgs, here: Stat): Stat['type'] =>
  state === 'exists' ? here.type : state === 'hard' ? 'file' : state

function leaves(args: FileArgs, state: FileState, wanted: Access): Prediction[] {
  // Whether the folder at the end of a link hands down its group is not known.
  const { path, target } = args
  const type = wantedType(args, state.here)
  const made = state.here.type !== type
  if (innermost(state).type === 'link' && made) return []
  const size = state.here.type === 'file' ? (state.here.size ?? 0) : 0
  const stats: Stat = {
    ...(made ? {} : state.here),
    type,
    ...wanted,
    ...(type === 'file' ? { size } : {}),
    ...(target === undefined ? {} : { target }),
  }
  const body = type === 'file' ? '' : undefined
  const content = [predict(sha256, path, body === '' ? EMPTY : undefined), predict(readBody, path, body)]
  const counted = mayEmpty(args) || (made && mayRemove(args))
  const kinds = made ? [] : kindsAfter(becomes(args, state, wanted))
  return [
    predict(stat, path, stats),
    ...(counted ? [predict(entries, path, made ? 0 : state.entries)] : []),
    ...(args.recurse === true ? [predict(below, path, kinds)] : []),
    ...(type === 'file' && !made ? [] : content),
    ...unchanged(state),
  ]
}

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

// Folders above stay, or become what `mkdir -p` makes of them: 0755, with the group and bit that a setgid folder hands down.
function unchanged(state: FileState): Prediction[] {
  const outer = innermost(state)
  const made: Stat = {
    type: 'directory',
    mode: isSetgid(outer) ? '2755' : '0755',
    ...freshAccess(state.access, outer),
  }
  const creates = state.here.type === 'absent'
  return [
    ...state.above.map(({ path, stat: is }) =>
      predict(stat, path, is.type === 'absent' && creates ? made : is),
    ),
    ...sameAccounts(state.access),
  ]
}

/** A thing alone, except where what lies below appears or goes with it. */
export function touchesOfFile(
  args: FileArgs,
  state: FileState | undefined,
  certain: Certain,
): readonly Resource[] {
  const whole = args.state === 'link' || mayRemove(args) || args.recurse === true
  return [
    whole ? paths.below(args.path) : paths.at(args.path),
    ...(args.state === 'directory' ? created(args, state, certain).map(paths.at) : []),
  ]
}

// A folder above that certainly exists is not made.
function created({ path }: FileArgs, state: FileState | undefined, certain: Certain): readonly string[] {
  if (state !== undefined) return missing(state)
  return ancestors(path).filter((above) => certain({ reader: stat, key: above })?.type !== 'directory')
}
