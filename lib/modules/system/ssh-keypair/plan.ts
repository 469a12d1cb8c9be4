import type { Change } from '../../../core/change.ts'
import type { Plan } from '../../../core/module.ts'
import { type Prediction, predict } from '../../../core/probe.ts'
import type { FileArgs } from '../../files/file/args.ts'
import { planFile } from '../../files/file/plan.ts'
import { type Install, type InstallState, planInstall, sameInstall } from '../../shared/install.ts'
import { folderOf } from '../../shared/parent-folders.ts'
import { sameAccounts } from '../../shared/access.ts'
import { sameFolders } from '../../shared/safe-path.ts'
import { stat } from '../../shared/stat.ts'
import { assertRegular } from '../../shared/whole-file.ts'
import { type SshKeypairArgs, publicPath, wantedKey } from './args.ts'
import { type SshKeyFiles, sshKeyFiles } from './reader.ts'
import type { SshKeypairState } from './state.ts'
import { assertOurs, described, workOf } from './work.ts'

export function planKeypair(given: SshKeypairArgs, state: SshKeypairState): Plan {
  const { path, files, secretFile, openFile } = state
  assertRegular(path, secretFile.here)
  assertRegular(publicPath(given), openFile.here)
  if (given.state === 'absent') return planRemoval(given, state)
  const work = workOf(given, state)
  const secret = planInstall(work.secret, secretFile)
  const open = planInstall(work.open, openFile)
  if (work.generates) {
    const { type, size } = wantedKey(given)
    return {
      changes: [
        { what: 'key', from: described(files), to: `${type} ${size}` },
        ...withoutContent(secret.changes),
        ...withoutContent(open.changes).map(ofPublic),
      ],
      // Of the new files nothing is foretold: their sizes vary.
      leaves: aroundOf(secretFile, openFile, path),
    }
  }
  const changes = [...withoutContent(secret.changes), ...open.changes.map(ofPublic)]
  if (changes.length === 0) return { changes, because: `already ${described(files)}` }
  return {
    changes,
    leaves: [
      ...leavesOf(secret, work.secret, secretFile),
      ...leavesOf(open, work.open, openFile),
      predict(sshKeyFiles, path, openAfter(files, work.open)),
    ],
  }
}

const withoutContent = (changes: readonly Change[]): Change[] =>
  changes.filter(({ what }) => what !== 'content')
const ofPublic = (change: Change): Change => ({ ...change, what: `public key ${change.what}` })

const leavesOf = (
  { changes, leaves = [] }: Plan,
  args: Install,
  state: InstallState,
): readonly Prediction[] => (changes.length === 0 ? sameInstall(args, state) : leaves)

function openAfter(files: SshKeyFiles, { payload: { text } }: Install): SshKeyFiles {
  if (text === undefined || files.key === undefined) return files
  const comment = text.trimEnd().split(' ').slice(2).join(' ')
  return { ...files, open: 'key', shown: { ...files.key, comment } }
}

const aroundOf = (secretFile: InstallState, openFile: InstallState, path: string): Prediction[] => [
  predict(stat, folderOf(path), secretFile.folder),
  ...sameFolders(secretFile.above),
  ...sameAccounts(secretFile.access),
  ...sameAccounts(openFile.access),
]

export const removals = (given: SshKeypairArgs): readonly FileArgs[] =>
  [given.path, publicPath(given)].map((path) => ({ path, state: 'absent' }))

function planRemoval(given: SshKeypairArgs, { path, files, secretFile, openFile }: SshKeypairState): Plan {
  assertOurs(path, files)
  const [secret, open] = removals(given).map((args, i) =>
    planFile(args, { ...(i === 0 ? secretFile : openFile), entries: 0 }),
  )
  const changes = [
    ...(secret?.changes ?? []).map((change) => ({ ...change, what: 'key', from: described(files) })),
    ...(open?.changes ?? []).map(ofPublic),
  ]
  if (changes.length === 0) return { changes, because: 'already absent' }
  const gone: SshKeyFiles = { tool: files.tool, secret: 'absent', open: 'absent' }
  return {
    changes,
    leaves: [
      ...aroundOf(secretFile, openFile, path),
      ...[secret, open].flatMap((one) => one?.leaves ?? []),
      predict(sshKeyFiles, path, gone),
    ],
  }
}
