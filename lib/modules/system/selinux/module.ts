import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import type { Change } from '../../../core/change.ts'
import { UserError } from '../../../core/errors.ts'
import { type Module, type Plan, type ShellStep, defineModule } from '../../../core/module.ts'
import { type Probe, ask, askAll, known, predict } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { type AccessState, probeAccess } from '../../shared/access.ts'
import { applyInstall } from '../../shared/apply-install.ts'
import { type Install, planInstall } from '../../shared/install.ts'
import { type Stat, stat } from '../../shared/stat.ts'
import {
  type TextFile,
  installStateOf,
  probeTextFile,
  sameTextFile,
  textPayload,
} from '../../shared/text-file.ts'
import { assertRegular } from '../../shared/whole-file.ts'
import { withOption } from './edit.ts'
import { ENFORCE, type Running, running } from './reader.ts'

const CONFIG = '/etc/selinux/config'

const own = {
  /** What SELinux does: `enforcing` refuses what the policy does not allow, `permissive` only logs it. */
  state: z.enum(['enforcing', 'permissive', 'disabled']),
  /** Name of the policy, such as `targeted` or `default`: a directory of `/etc/selinux`. @default the one of the file */
  policy: z
    .string()
    .regex(/^[a-z][\w-]*$/, 'must be the name of a policy, such as targeted')
    .optional(),
}

const args = z.strictObject(own)

export interface SelinuxArgs extends ArgsOf<typeof own> {}

/** What there is of SELinux. */
export interface SelinuxState {
  readonly config: TextFile
  readonly access: AccessState
  readonly running: Running
  /** The directory of the policy that is asked for. */
  readonly policy: Stat | undefined
}

/**
 * The mode of SELinux: in the running kernel, and in `/etc/selinux/config` for the next boot.
 *
 * The running kernel can go between `enforcing` and `permissive`. From and to `disabled` it takes a `reboot`: until then, `disabled` makes
 * it permissive, as in Ansible. Files that were made while SELinux was disabled have no labels: before `enforcing`, boot once with
 * `permissive` and the file `/.autorelabel`. Options of the boot loader stay as they are.
 *
 * @dryRun Reads the mode of the kernel and the file, and shows the diff of the file. Later tasks see both. A host without
 * `/etc/selinux/config` fails, except that it has `disabled` already.
 *
 * @throws UserError E_NO_SELINUX
 *
 * @example
 * selinux('enforce the policy', { state: 'enforcing', policy: 'targeted' })
 */
export const selinux: Module<SelinuxArgs, SelinuxState> = defineModule({
  name: 'selinux',
  args,
  probe,
  plan,
  apply,
  touches: (_, state) => [paths.at(CONFIG), ...(state?.running === 'disabled' ? [] : [paths.at(ENFORCE)])],
})

const directoryOf = (policy: string): string => `/etc/selinux/${policy}`

function probe({ policy }: SelinuxArgs): Probe<SelinuxState> {
  return askAll<SelinuxState>({
    config: probeTextFile(CONFIG),
    access: probeAccess({}),
    running: ask(running, ''),
    policy: policy === undefined ? known(undefined) : ask(stat, directoryOf(policy)),
  })
}

function plan(given: SelinuxArgs, state: SelinuxState): Plan {
  const { config, access } = state
  if (given.state === 'disabled' && config.here.type === 'absent' && state.running === 'disabled')
    return { changes: [], because: 'there is no SELinux' }
  assertPossible(given, state)
  const live = liveChange(given, state)
  const file = planInstall(fileOf(given, state), installStateOf(config, access))
  const changes = [...(live === undefined ? [] : [live]), ...file.changes]
  if (changes.length === 0) return { changes, because: `already ${given.state}` }
  return {
    changes,
    leaves: [
      ...(file.leaves ?? sameTextFile(CONFIG, config, access)),
      predict(running, '', live === undefined ? state.running : runningWith(given)),
      ...(given.policy === undefined || state.policy === undefined
        ? []
        : [predict(stat, directoryOf(given.policy), state.policy)]),
    ],
  }
}

function assertPossible({ policy }: SelinuxArgs, { config, policy: directory }: SelinuxState): void {
  const hint =
    'Install a policy in an earlier task: selinux-policy-default on Debian, selinux-policy-targeted on RHEL and Fedora. Alpine has no SELinux.'
  if (config.here.type === 'absent')
    throw new UserError('E_NO_SELINUX', `there is no ${CONFIG} on this host`, { hint })
  assertRegular(CONFIG, config.here)
  if (policy !== undefined && directory?.type !== 'directory')
    throw new UserError(
      'E_NO_SELINUX',
      `the host has no policy ${policy}: there is no ${directoryOf(policy)}`,
      { hint },
    )
}

/** A running kernel cannot do without SELinux. */
const runningWith = ({ state }: SelinuxArgs): Running => (state === 'disabled' ? 'permissive' : state)

function liveChange(given: SelinuxArgs, { running: now }: SelinuxState): Change | undefined {
  const to = runningWith(given)
  return now === 'disabled' || now === to ? undefined : { what: 'now', from: now, to }
}

function fileOf({ state, policy }: SelinuxArgs, { config }: SelinuxState): Install {
  const text = withOption(config.text ?? '', 'SELINUX', state)
  const edited = policy === undefined ? text : withOption(text, 'SELINUXTYPE', policy)
  return { dest: CONFIG, payload: textPayload(CONFIG, edited) }
}

// The kernel first: what it refuses does not get into the file.
function apply(given: SelinuxArgs, state: SelinuxState): ShellStep[] {
  const live = liveChange(given, state)
  const install = fileOf(given, state)
  const file = installStateOf(state.config, state.access)
  const bit = runningWith(given) === 'enforcing' ? 1 : 0
  return [
    ...(live === undefined ? [] : [{ script: `echo ${bit} | tee ${ENFORCE} >/dev/null`, explains: true }]),
    ...(planInstall(install, file).changes.length === 0 ? [] : applyInstall(install, file)),
  ]
}
