import { UserError } from '../../../core/errors.ts'
import { type Module, type Plan, type ShellStep, defineModule } from '../../../core/module.ts'
import { type Probe, ask, askAll, predict } from '../../../core/probe.ts'
import { type Resource, paths } from '../../../core/resource.ts'
import { applyFile } from '../../files/file/apply.ts'
import type { FileArgs } from '../../files/file/args.ts'
import { planFile } from '../../files/file/plan.ts'
import { applyInstall } from '../../shared/apply-install.ts'
import {
  type Install,
  type InstallState,
  contentDiffers,
  planInstall,
  probeInstall,
} from '../../shared/install.ts'
import { contentPayload } from '../../shared/payload.ts'
import { program } from '../../shared/program.ts'
import { assertRegular } from '../../shared/whole-file.ts'
import { type AptRepository, type AptRepositoryArgs, args } from './args.ts'
import { textOf } from './text.ts'
import { updateLists } from './update.ts'

/** What is there of a repository of apt. */
export interface AptRepositoryState {
  readonly file: InstallState
  /** Whether the host has apt. */
  readonly apt: boolean
}

/**
 * A repository of packages of Debian or Ubuntu: a file in `/etc/apt/sources.list.d`, in the format of sources.list(5) that is called deb822. Needs
 * `become` unless the user is root, and apt 2.4: that of Debian 12 or Ubuntu 22.04.
 *
 * Its arguments are those of Ansible's `deb822_repository`. Unlike there, a key is always written into the file itself, armored: so a key and
 * its repository come and go together, and the key signs nothing else. apt fetches the lists of the repository first, and checks their
 * signature, and only then is the file written: a repository that cannot be read would break apt for the next task. With `update: false`, or
 * `enabled: false`, it is not asked. Lists of other repositories are not fetched.
 *
 * @dryRun Reads the file on the host, and shows its diff; not of a file with a password. Neither the server nor apt is asked: an
 * address or a key that is wrong is found in the run. Later tasks see the new text. A `packages` task that installs is unknown
 * after such a change.
 *
 * @throws UserError E_NO_APT, E_BAD_APT_KEY
 *
 * @example
 * aptRepository('Docker', {
 *   name: 'docker',
 *   uris: 'https://download.docker.com/linux/debian',
 *   suites: 'bookworm',
 *   components: 'stable',
 *   signedBy: '/etc/apt/keyrings/docker.asc',
 * })
 *
 * @example
 * aptRepository('no more', { name: 'docker', state: 'absent' })
 */
export const aptRepository: Module<AptRepositoryArgs, AptRepositoryState> = defineModule<
  AptRepositoryArgs,
  AptRepository,
  AptRepositoryState
>({
  name: 'apt_repository',
  args,
  ansible: { update_cache: 'update' },
  load: async ({ key }) => key?.load(),
  probe,
  plan,
  apply,
  touches,
})

const installOf = (given: AptRepository, text: string): Install => ({
  dest: given.path,
  payload: contentPayload(text),
  mode: given.mode ?? '0644',
  owner: given.owner ?? 0,
  group: given.group ?? 0,
})

const removal = ({ path }: AptRepository): FileArgs => ({ path, state: 'absent' })

function probe(given: AptRepository): Probe<AptRepositoryState> {
  return askAll<AptRepositoryState>({
    file: probeInstall(installOf(given, '')),
    apt: ask(program, 'apt-get'),
  })
}

function plan(given: AptRepository, { file, apt }: AptRepositoryState): Plan {
  assertRegular(given.path, file.here)
  if (given.state !== 'absent' && !apt)
    throw new UserError('E_NO_APT', 'the host has no apt', {
      hint: 'Only Debian and what is made of it have it: give the task a when.',
    })
  const { leaves, ...planned } =
    given.state === 'absent'
      ? planFile(removal(given), { ...file, entries: 0 })
      : planInstall(installOf(given, textOf(given)), file)
  return leaves === undefined
    ? planned
    : { ...planned, leaves: [...leaves, predict(program, 'apt-get', apt)] }
}

function apply(given: AptRepository, { file }: AptRepositoryState): ShellStep[] {
  if (given.state === 'absent') return applyFile(removal(given), { ...file, entries: 0 })
  const text = textOf(given)
  const install = installOf(given, text)
  return [
    ...(asks(given) && contentDiffers(install, file) ? [updateLists(text)] : []),
    ...applyInstall(install, file),
  ]
}

const asks = ({ state, enabled = true, update = true }: AptRepository): boolean =>
  state !== 'absent' && enabled && update

function touches(given: AptRepository): readonly Resource[] {
  const fetched = asks(given) ? ['/var/lib/apt/lists', '/var/cache/apt'] : []
  return [paths.at(given.path), ...fetched.map(paths.below)]
}
