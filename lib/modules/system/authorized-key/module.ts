import { type Certain, type Keeps, type Module, type Plan, defineModule } from '../../../core/module.ts'
import { type Prediction, predict } from '../../../core/probe.ts'
import { type Resource, paths } from '../../../core/resource.ts'
import { applyFile } from '../../files/file/apply.ts'
import { applyInstall } from '../../shared/apply-install.ts'
import { isStatic } from '../../shared/conventions.ts'
import { installAccess } from '../../shared/install.ts'
import { folderOf } from '../../shared/parent-folders.ts'
import { type AuthorizedKeyArgs, type WantedKeys, args } from './args.ts'
import { keysFile } from './reader.ts'
import { type AuthorizedKeyState, probeKeys } from './state.ts'
import { type KeysWork, workOf } from './work.ts'

/**
 * Public keys that may log in as a user: lines of `~/.ssh/authorized_keys`. A key is found by its type and the key itself,
 * whatever its options and comment are; lines of others stay byte for byte. Links in the home folder are an error, because
 * the user can make them lead anywhere.
 *
 * Other than in Ansible, a key that is there keeps its options and comment unless others are given, `exclusive` keeps
 * comment lines, and keys are not fetched from a URL.
 *
 * @example
 * authorizedKey('deploy', { user: 'deploy', key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS me@laptop' })
 */
export const authorizedKey: Module<AuthorizedKeyArgs, AuthorizedKeyState> = defineModule({
  name: 'authorized_key',
  args,
  probe: probeKeys,
  plan,
  apply: (wanted, state) => {
    const work = workOf(wanted, state)
    if (typeof work === 'string') return []
    const { folder, file } = work
    return [
      ...(folder === undefined ? [] : applyFile(folder.args, folder.state)),
      ...(file.plan.changes.length === 0 ? [] : applyInstall(file.args, file.state)),
    ]
  },
  touches,
  keeps,
})

function plan(wanted: WantedKeys, state: AuthorizedKeyState): Plan {
  const work = workOf(wanted, state)
  if (typeof work === 'string') return { changes: [], because: work }
  const { folder, file } = work
  const changes = [
    ...(folder?.plan.changes ?? []).map((change) => ({ ...change, what: `.ssh ${change.what}` })),
    ...file.plan.changes,
  ]
  if (changes.length === 0) return { changes, because: 'the keys are as wanted' }
  const leaves = [
    ...(folder?.plan.leaves ?? []),
    ...(file.plan.leaves ?? []),
    ...keysLeaves(wanted, state, work),
  ]
  return { changes, leaves }
}

function keysLeaves(wanted: WantedKeys, { user, file }: AuthorizedKeyState, work: KeysWork): Prediction[] {
  if (wanted.path !== undefined || user === undefined || file?.group === undefined) return []
  const { args: install, state } = work.file
  const { size, text } = install.payload
  const here = { type: 'file', ...installAccess(install, state), size } as const
  return [
    predict(keysFile, user.name, {
      user,
      group: file.group,
      path: file.path,
      here,
      text,
      above: state.above,
    }),
  ]
}

function touches(
  { user, path }: WantedKeys,
  state: AuthorizedKeyState | undefined,
  certain: Certain,
): readonly Resource[] {
  if (path !== undefined) return [paths.at(path)]
  const found = state?.file ?? certain({ reader: keysFile, key: user })
  // Where the home folder is not known: in any of them.
  if (found === undefined || found === 'no user') return [paths.all]
  return [paths.at(folderOf(found.path)), paths.at(found.path)]
}

/** Wherever the home folder is, only `.ssh` in it changes. */
function keeps({ user, path }: WantedKeys): Keeps | undefined {
  if (path !== undefined) return undefined
  return ({ reader, key }, answer) => {
    if (reader === keysFile) return key !== user
    const seen = reader.sees(key, answer)
    return (
      isStatic(seen) || seen.every((one) => one.kind !== '' && (one.kind !== paths.kind || isOutside(one)))
    )
  }
}

const isOutside = ({ name, tree }: Resource): boolean => !tree && !/\/\.ssh(\/|$)/.test(name)
