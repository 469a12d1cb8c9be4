import { UserError } from '../../../core/errors.ts'
import { type Module, type Plan, type ShellStep, defineModule } from '../../../core/module.ts'
import { type Probe, ask, askAll, known, predict } from '../../../core/probe.ts'
import { type Resource, paths } from '../../../core/resource.ts'
import { applyInstall } from '../../shared/apply-install.ts'
import { linesOf, withLines } from '../../shared/edit-lines.ts'
import { type InstallState, planInstall, probeInstall, sameInstall } from '../../shared/install.ts'
import { type KeptText, applyKeptText, planKeptText, probeKeptText } from '../../shared/kept-text.ts'
import { program } from '../../shared/program.ts'
import { type ApkRepository, type ApkRepositoryArgs, args } from './args.ts'
import { editRepositories } from './edit.ts'
import { updateIndex } from './update.ts'

/** What is there of a repository of apk. */
export interface ApkRepositoryState {
  /** The file with the line. */
  readonly file: KeptText
  /** The file with the key. Undefined where no key is given. */
  readonly key: InstallState | undefined
  /** Whether the host has apk. */
  readonly apk: boolean
}

/**
 * A repository of packages of Alpine Linux: a line in `/etc/apk/repositories`, or in another file. Comments and other lines are kept, and a
 * line that is commented out is used before one is added. Needs `become` unless the user is root.
 *
 * Ansible has no module for this; its users write the line with `lineinfile`, and a repository that cannot be reached, or that is signed by an
 * unknown key, breaks `apk` for the next task. Here the key is written first, then apk fetches the index and checks its signature, and only then
 * is the line added: if that fails, the file stays as it was. With `update: false` the repository is not asked. Other repositories are not
 * fetched. After a line is removed, nothing has to be fetched.
 *
 * @dryRun Reads the file and the key on the host, and shows the diff of both. The repository is not asked: an address or a
 * signature that is wrong is found in the run. Later tasks see the new text. A `packages` task that installs is unknown after
 * such a change.
 *
 * @throws UserError E_NO_APK
 *
 * @example
 * apkRepository('community', { url: 'https://dl-cdn.alpinelinux.org/alpine/v3.21/community' })
 *
 * @example
 * // Its packages are installed only as PACKAGE@edge.
 * apkRepository('edge', { url: 'https://dl-cdn.alpinelinux.org/alpine/edge/main', tag: 'edge' })
 */
export const apkRepository: Module<ApkRepositoryArgs, ApkRepositoryState> = defineModule<
  ApkRepositoryArgs,
  ApkRepository,
  ApkRepositoryState
>({
  name: 'apk_repository',
  args,
  load: async ({ key }) => key?.payload.load?.(),
  probe,
  plan,
  apply,
  touches,
})

const edited =
  (given: ApkRepository) =>
  (text: string): string =>
    withLines(text, editRepositories(linesOf(text), given))

function probe({ file, key }: ApkRepository): Probe<ApkRepositoryState> {
  return askAll<ApkRepositoryState>({
    file: probeKeptText(file),
    key: key === undefined ? known(undefined) : probeInstall(key),
    apk: ask(program, 'apk'),
  })
}

function plan(given: ApkRepository, state: ApkRepositoryState): Plan {
  if (!state.apk)
    throw new UserError('E_NO_APK', 'the host has no apk', {
      hint: 'Only Alpine Linux and what is made of it have it: give the task a when.',
    })
  const file = planKeptText(given.file, state.file, edited(given))
  const key = keyPlan(given, state)
  const changes = [...key.changes, ...file.changes]
  if (changes.length === 0)
    return { changes, because: `${given.state === 'absent' ? 'not' : 'already'} in ${given.file}` }
  return {
    changes,
    leaves: [...(file.leaves ?? []), ...(key.leaves ?? []), predict(program, 'apk', true)],
  }
}

function keyPlan({ key }: ApkRepository, state: ApkRepositoryState): Plan {
  if (key === undefined || state.key === undefined) return { changes: [] }
  const { changes, leaves } = planInstall(key, state.key)
  return { changes, leaves: leaves ?? sameInstall(key, state.key) }
}

function apply(given: ApkRepository, state: ApkRepositoryState): ShellStep[] {
  const { key, update = true } = given
  const isPresent = given.state !== 'absent'
  return [
    ...(key !== undefined && state.key !== undefined && keyPlan(given, state).changes.length > 0
      ? applyInstall(key, state.key)
      : []),
    ...(isPresent && update ? [updateIndex(given, state.file.file.text ?? '')] : []),
    ...applyKeptText(given.file, state.file, edited(given)),
  ]
}

function touches({ file, key, state, update = true }: ApkRepository): readonly Resource[] {
  const fetched =
    state !== 'absent' && update ? ['/var/cache/apk', '/etc/apk/cache', '/lib/apk', '/usr/lib/apk'] : []
  return [
    paths.at(file),
    ...(key === undefined ? [] : [paths.at(key.dest)]),
    ...fetched.map((path) => paths.below(path)),
  ]
}
