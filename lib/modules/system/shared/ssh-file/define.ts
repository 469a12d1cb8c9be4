import { type Certain, type Keeps, type Module, type Plan, defineModule } from '../../../../core/module.ts'
import { type Prediction, predict } from '../../../../core/probe.ts'
import { type Resource, paths } from '../../../../core/resource.ts'
import type { Schema } from '../../../../core/schema.ts'
import { applyFile } from '../../../files/file/apply.ts'
import { applyInstall } from '../../../shared/apply-install.ts'
import { isStatic } from '../../../shared/conventions.ts'
import { installAccess } from '../../../shared/install.ts'
import { folderOf } from '../../../shared/parent-folders.ts'
import { type SshFileReader, isSshFile, sshFiles } from './reader.ts'
import { type SshFileArgs, type SshFileState, probeSshFile } from './state.ts'
import { type SshFileWork, workOf } from './work.ts'

/** A module that changes lines of a file of ssh, in the home folder of a user or at another path. */
export function defineSshFile<Input, Args extends SshFileArgs>(definition: {
  readonly name: string
  readonly args: Schema<Input, Args>
  readonly ansible?: Readonly<Record<string, string>>
  readonly file: keyof typeof sshFiles
  /** What the file is to hold. Pure. */
  readonly edit: (text: string, wanted: Args) => string
  readonly keepsAccess?: boolean
  readonly because: string
}): Module<Input, SshFileState> {
  const { name, args, ansible, file, edit, keepsAccess = false, because } = definition
  const reader = sshFiles[file]
  const work = (wanted: Args, state: SshFileState): SshFileWork | string =>
    workOf({ ...wanted, keepsAccess, edit: (text) => edit(text, wanted) }, state)
  return defineModule<Input, Args, SshFileState>({
    name,
    args,
    ansible,
    probe: (wanted) => probeSshFile(reader, wanted),
    plan: (wanted, state) =>
      planWork(work(wanted, state), because, (found) => leaves(reader, wanted, state, found)),
    apply: (wanted, state) => {
      const found = work(wanted, state)
      if (typeof found === 'string') return []
      return [
        ...(found.folder === undefined ? [] : applyFile(found.folder.args, found.folder.state)),
        ...(found.file.plan.changes.length === 0 ? [] : applyInstall(found.file.args, found.file.state)),
      ]
    },
    touches: (wanted, state, certain) => touches(reader, wanted, state, certain),
    keeps,
  })
}

function planWork(
  work: SshFileWork | string,
  because: string,
  more: (work: SshFileWork) => Prediction[],
): Plan {
  if (typeof work === 'string') return { changes: [], because: work }
  const { folder, file } = work
  const changes = [
    ...(folder?.plan.changes ?? []).map((change) => ({ ...change, what: `.ssh ${change.what}` })),
    ...file.plan.changes,
  ]
  if (changes.length === 0) return { changes, because }
  return { changes, leaves: [...(folder?.plan.leaves ?? []), ...(file.plan.leaves ?? []), ...more(work)] }
}

function leaves(
  reader: SshFileReader,
  { path }: SshFileArgs,
  { user, file }: SshFileState,
  work: SshFileWork,
): Prediction[] {
  if (path !== undefined || user === undefined || file?.group === undefined) return []
  const { args: install, state } = work.file
  const { size, text } = install.payload
  const here = { type: 'file', ...installAccess(install, state), size } as const
  const after = { user, group: file.group, path: file.path, here, text, above: state.above }
  return [predict(reader, user.name, after)]
}

function touches(
  reader: SshFileReader,
  { user, path }: SshFileArgs,
  state: SshFileState | undefined,
  certain: Certain,
): readonly Resource[] {
  if (path !== undefined) return [paths.at(path)]
  const found = state?.file ?? certain({ reader, key: user ?? '' })
  // Where the home folder is not known: in any of them.
  if (found === undefined || found === 'no user') return [paths.all]
  return [paths.at(folderOf(found.path)), paths.at(found.path)]
}

/** Wherever the home folder is, only `.ssh` in it changes. */
function keeps({ user, path }: SshFileArgs): Keeps | undefined {
  if (path !== undefined) return undefined
  return ({ reader, key }, answer) => {
    if (isSshFile(reader)) return key !== user
    const seen = reader.sees(key, answer)
    return (
      isStatic(seen) || seen.every((one) => one.kind !== '' && (one.kind !== paths.kind || isOutside(one)))
    )
  }
}

const isOutside = ({ name, tree }: Resource): boolean => !tree && !/\/\.ssh(\/|$)/.test(name)
