import type { Change } from '../../core/change.ts'
import { UserError } from '../../core/errors.ts'
import type { Plan } from '../../core/module.ts'
import { type Prediction, type Probe, ask, askAll, predict, question } from '../../core/probe.ts'
import { type Resource, paths } from '../../core/resource.ts'
import { sha256 } from './sha256.ts'
import { type Stat, stat } from './stat.ts'
import { readBody } from './text.ts'
import {
  type Access,
  type AccessArgs,
  type AccessState,
  accessChanges,
  probeAccess,
  sameAccounts,
  wantedAccess,
} from './access.ts'
import { type Payload, newFileMode, shortHash } from './payload.ts'
import { assertFolder, folderOf } from './parent-folders.ts'
import { type ParentFolder, assertSafe, probeFolders, sameFolders } from './safe-path.ts'

/** A file that is to have a content, however that was made: what `copy` and `template` have in common. */
export interface Install extends AccessArgs {
  readonly dest: string
  readonly payload: Payload
  readonly validate?: string | undefined
  readonly inPlace?: boolean | undefined
  readonly backup?: boolean | undefined
}

/** What is at the destination. */
export interface InstallState {
  readonly here: Stat
  readonly sha256: string | undefined
  readonly folder: Stat
  /** The folders that it lies in, the outermost first. */
  readonly above: readonly ParentFolder[]
  readonly access: AccessState
}

export function probeInstall(args: Install): Probe<InstallState> {
  return askAll<InstallState>({
    here: ask(stat, args.dest),
    sha256: ask(sha256, args.dest),
    folder: ask(stat, folderOf(args.dest)),
    above: probeFolders(args.dest),
    access: probeAccess(args),
  })
}

export function planInstall(args: Install, state: InstallState): Plan {
  assertPossible(args, state)
  const wanted = installAccess(args, state)
  const changes = [...contentChange(args, state), ...accessChanges(args, replaced(state), wanted)]
  if (changes.length > 0) return { changes, leaves: leaves(args, state, wanted) }
  const { mode, owner, group } = state.here
  return {
    changes,
    because: `already ${shortHash(args.payload, args.payload.sha256)} ${mode} ${owner}:${group}`,
  }
}

function assertPossible({ dest, inPlace }: Install, { here, folder, above, access }: InstallState): void {
  assertFolder(folderOf(dest), folder)
  assertSafe(dest, above, access)
  if (here.type === 'directory' || here.type === 'other') {
    const what = here.type === 'directory' ? 'a directory' : 'not a regular file'
    throw new UserError('E_OTHER_KIND', `${dest} is ${what}`, {
      hint: 'Set dest to the full path of the file, or remove what exists there with file(…, { state: absent }).',
    })
  }
  if (here.type === 'link' && inPlace === true) {
    throw new UserError('E_OTHER_KIND', `${dest} is a link to ${here.target}`, {
      hint: 'With inPlace, use the path of the target of the link.',
    })
  }
}

/** A link gives way to the file, so what it has does not count. */
export const replaced = ({ here }: InstallState): Stat => (here.type === 'file' ? here : { type: 'absent' })

/** Mode and owner that the file will have. */
export const installAccess = (args: Install, state: InstallState): Access =>
  wantedAccess(args, state.access, replaced(state), state.folder, {
    type: 'file',
    mode: newFileMode(args.payload),
  })

export const contentDiffers = ({ payload }: Install, state: InstallState): boolean =>
  state.here.type !== 'file' || state.sha256 !== payload.sha256

function contentChange(args: Install, state: InstallState): Change[] {
  if (!contentDiffers(args, state)) return []
  const { dest, payload } = args
  const isLink = state.here.type === 'link'
  const from = state.sha256 === undefined ? 'absent' : shortHash(payload, state.sha256)
  const content: Change = { what: 'content', from, to: shortHash(payload, payload.sha256) }
  return [
    ...(isLink ? [{ what: 'type', from: `link to ${state.here.target}`, to: 'file' }] : []),
    payload.text === undefined
      ? content
      : { ...content, body: { path: dest, wanted: payload.text, now: question(readBody, dest) } },
  ]
}

function leaves(args: Install, state: InstallState, wanted: Access): Prediction[] {
  const { dest, payload } = args
  // Whether the folder at the end of a link hands down its group is not known.
  if (state.folder.type === 'link' && state.here.type !== 'file') return []
  const known = payload.download === undefined
  const size = known ? payload.size : contentDiffers(args, state) ? undefined : state.here.size
  return [
    ...(size === undefined ? [] : [predict(stat, dest, { type: 'file', ...wanted, size })]),
    predict(sha256, dest, payload.sha256),
    ...(payload.text === undefined ? [] : [predict(readBody, dest, payload.text)]),
    predict(stat, folderOf(dest), state.folder),
    ...sameFolders(state.above),
    ...sameAccounts(state.access),
  ]
}

/** It stays what it is: said again, because a question without a prediction is unknown afterwards. */
export const sameInstall = ({ dest }: Install, state: InstallState): Prediction[] => [
  predict(stat, dest, state.here),
  predict(sha256, dest, state.sha256),
  predict(stat, folderOf(dest), state.folder),
  ...sameFolders(state.above),
  ...sameAccounts(state.access),
]

export const touchesOfInstall = ({ dest }: Install): Resource[] => [paths.at(dest)]
