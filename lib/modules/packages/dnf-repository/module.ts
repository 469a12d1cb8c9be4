import { type Module, type Plan, type ShellStep, defineModule } from '../../../core/module.ts'
import { type Probe, askAll, known, predict } from '../../../core/probe.ts'
import { type Resource, paths } from '../../../core/resource.ts'
import { Secret } from '../../../core/secret.ts'
import { UserError } from '../../../core/errors.ts'
import { applyFile } from '../../files/file/apply.ts'
import type { FileArgs } from '../../files/file/args.ts'
import { planFile } from '../../files/file/plan.ts'
import { type AccessState, probeAccess } from '../../shared/access.ts'
import { applyInstall } from '../../shared/apply-install.ts'
import {
  type Install,
  type InstallState,
  planInstall,
  probeInstall,
  sameInstall,
} from '../../shared/install.ts'
import { contentPayload } from '../../shared/payload.ts'
import { readBody } from '../../shared/text.ts'
import {
  type TextFile,
  installStateOf,
  probeTextFile,
  sameTextFile,
  textPayload,
} from '../../shared/text-file.ts'
import { assertRegular } from '../../shared/whole-file.ts'
import { type DnfRepository, type DnfRepositoryArgs, args } from './args.ts'
import { editRepo, hasPassword, hasSection } from './text.ts'

/** What is there of a repository of dnf. */
export interface DnfRepositoryState {
  readonly file: TextFile
  readonly access: AccessState
  /** The file with the key. Undefined where no key file is given. */
  readonly key: InstallState | undefined
}

/**
 * A repository of packages of dnf or yum: a section in a file of `/etc/yum.repos.d`. Needs `become` unless the user is root.
 *
 * As in Ansible's `yum_repository`, the section is written anew from the arguments, so that an option that is not given goes, and a file without
 * a section is removed. Unlike there, other sections keep their comments and the order of their lines; a section that says the same in other
 * words is left; passwords are secrets, and a file with one is not shown; `keyFile` brings a key to the host; and options that only yum knows, or
 * that are newer, are in `options`. dnf fetches the metadata when it needs it.
 *
 * @dryRun Reads the file and the key on the host, and shows the diff of both; not of a file with a password. Neither dnf nor the
 * server is asked. Later tasks see the new text. A `packages` task that installs is unknown after a change in
 * `/etc/yum.repos.d`.
 *
 * @example
 * dnfRepository('EPEL', {
 *   name: 'epel',
 *   description: 'Extra Packages for Enterprise Linux 9',
 *   metalink: 'https://mirrors.fedoraproject.org/metalink?repo=epel-9&arch=$basearch',
 *   gpgcheck: true,
 *   gpgkey: 'https://dl.fedoraproject.org/pub/epel/RPM-GPG-KEY-EPEL-9',
 * })
 *
 * @example
 * dnfRepository('no more', { name: 'epel', state: 'absent' })
 */
export const dnfRepository: Module<DnfRepositoryArgs, DnfRepositoryState> = defineModule<
  DnfRepositoryArgs,
  DnfRepository,
  DnfRepositoryState
>({
  name: 'dnf_repository',
  args,
  load: async ({ key }) => key?.payload.load?.(),
  probe,
  plan,
  apply,
  touches: ({ path, key }): readonly Resource[] => [path, key?.dest ?? []].flat().map(paths.at),
})

function probe(given: DnfRepository): Probe<DnfRepositoryState> {
  const { path, key } = given
  return askAll<DnfRepositoryState>({
    file: probeTextFile(path),
    access: probeAccess(given),
    key: key === undefined ? known(undefined) : probeInstall(key),
  })
}

/** What becomes of the file: it is written, removed, or stays as it is. */
function workOf(given: DnfRepository, { file }: DnfRepositoryState): Install | FileArgs | undefined {
  const { path, mode, owner, group } = given
  assertRegular(path, file.here)
  const before = file.text ?? ''
  const text = editRepo(before, given)
  if (editRepo(text, given) !== text)
    throw new UserError('E_NOT_CONVERGED', `a second run would change the text of ${path} again`)
  if (given.state === 'absent') {
    if (text === before) return undefined
    if (!hasSection(text)) return { path, state: 'absent' }
  }
  const isSecret = hasPassword(text) || hasPassword(before)
  const content = textPayload(path, text)
  const payload = isSecret ? contentPayload(new Secret(`text of ${path}`, text)) : content
  return { dest: path, mode, owner, group, payload }
}

function plan(given: DnfRepository, state: DnfRepositoryState): Plan {
  const work = workOf(given, state)
  const same = sameTextFile(given.path, state.file, state.access)
  const there = installStateOf(state.file, state.access)
  const file: Plan =
    work === undefined
      ? { changes: [] }
      : 'dest' in work
        ? planInstall(work, there)
        : planFile(work, { ...there, entries: 0 })
  const key = keyPlan(given, state)
  const changes = [...key.changes, ...file.changes]
  if (changes.length === 0)
    return { changes, because: `${given.state === 'absent' ? 'not' : 'already'} in ${given.path}` }
  // A text that is secret is not foretold otherwise.
  const text =
    work !== undefined && 'dest' in work && work.payload.secret
      ? editRepo(state.file.text ?? '', given)
      : undefined
  return {
    changes,
    leaves: [
      ...(file.leaves ?? same),
      ...(text === undefined ? [] : [predict(readBody, given.path, text)]),
      ...(key.leaves ?? []),
    ],
  }
}

function keyPlan({ key }: DnfRepository, state: DnfRepositoryState): Plan {
  if (key === undefined || state.key === undefined) return { changes: [] }
  const { changes, leaves } = planInstall(key, state.key)
  return { changes, leaves: leaves ?? sameInstall(key, state.key) }
}

function apply(given: DnfRepository, state: DnfRepositoryState): ShellStep[] {
  const { key } = given
  const work = workOf(given, state)
  const there = installStateOf(state.file, state.access)
  const steps: ShellStep[] =
    key !== undefined && state.key !== undefined && keyPlan(given, state).changes.length > 0
      ? applyInstall(key, state.key)
      : []
  if (work === undefined) return steps
  if (!('dest' in work)) return [...steps, ...applyFile(work, { ...there, entries: 0 })]
  return planInstall(work, there).changes.length === 0 ? steps : [...steps, ...applyInstall(work, there)]
}
