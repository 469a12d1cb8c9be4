import { UserError } from '../../../core/errors.ts'
import { type Module, type Plan, type ShellStep, defineModule } from '../../../core/module.ts'
import { type Probe, ask, askAll, known, predict } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { applyFile } from '../../files/file/apply.ts'
import type { FileArgs } from '../../files/file/args.ts'
import { planFile } from '../../files/file/plan.ts'
import { applyInstall } from '../../shared/apply-install.ts'
import { type Install, type InstallState, planInstall, probeInstall } from '../../shared/install.ts'
import { contentPayload } from '../../shared/payload.ts'
import { assertRegular } from '../../shared/whole-file.ts'
import { type SudoersArgs, args } from './args.ts'
import { type SudoersVerdict, sudoersCheck } from './reader.ts'
import { sudoersText } from './text.ts'

/** What is there of a file of sudo. */
export interface SudoersState {
  readonly file: InstallState
  /** What visudo says of the text that is wanted; undefined where it is not asked. */
  readonly verdict: SudoersVerdict | undefined
}

/**
 * A file in `/etc/sudoers.d`: which commands a user or a group may run with sudo. It belongs to root and has mode 0440. visudo
 * checks the text before it takes effect, in a dry run too, because a broken file locks everybody out of sudo.
 *
 * As in Ansible's `community.general.sudoers`, whose files it takes over, no password is asked for unless `nopassword` is false.
 * Unlike there, a host without visudo is an error unless `validation` says otherwise, `/etc/sudoers.d` must be read by
 * `/etc/sudoers`, which is not checked, and `content` takes what no other argument can say.
 *
 * @dryRun Reads the file, shows its diff, and has visudo check the new text on its standard input, unless `validation` is
 * `absent`: a text that is refused fails. Later tasks see the new file. Unknown if visudo is yet to be installed by an earlier
 * task.
 *
 * @throws UserError E_BAD_SUDOERS, E_NO_VISUDO
 *
 * @example
 * sudoers('restart of the app', { name: 'app', user: 'deploy', commands: ['/usr/bin/systemctl restart app'] })
 *
 * @example
 * sudoers('operators', { name: 'operators', group: 'ops', commands: 'ALL', runas: 'ALL:ALL', nopassword: false })
 */
export const sudoers: Module<SudoersArgs, SudoersState> = defineModule({
  name: 'sudoers',
  args,
  probe,
  plan,
  apply,
  touches: (given) => [paths.at(pathOf(given))],
})

const pathOf = ({ sudoersPath = '/etc/sudoers.d', name }: SudoersArgs): string =>
  `${sudoersPath === '/' ? '' : sudoersPath}/${name}`

function probe(given: SudoersArgs): Probe<SudoersState> {
  const checked = given.state !== 'absent' && given.validation !== 'absent'
  return askAll<SudoersState>({
    file: probeInstall(installOf(given)),
    verdict: checked ? ask(sudoersCheck, sudoersText(given)) : known(undefined),
  })
}

const installOf = (given: SudoersArgs, verdict?: SudoersVerdict): Install => ({
  dest: pathOf(given),
  payload: contentPayload(given.state === 'absent' ? '' : sudoersText(given)),
  mode: '0440',
  owner: 0,
  group: 0,
  // Once more, of what was really written.
  validate: verdict?.kind === 'accepted' ? 'PATH=$PATH:/usr/sbin:/sbin visudo -cf %s' : undefined,
})

const removal = (given: SudoersArgs): FileArgs => ({ path: pathOf(given), state: 'absent' })

function plan(given: SudoersArgs, { file, verdict }: SudoersState): Plan {
  assertRegular(pathOf(given), file.here)
  if (given.state === 'absent') return planFile(removal(given), { ...file, entries: 0 })
  assertAccepted(given, verdict)
  const done = planInstall(installOf(given, verdict), file)
  if (verdict === undefined) return done
  return { ...done, leaves: [...(done.leaves ?? []), predict(sudoersCheck, sudoersText(given), verdict)] }
}

function assertAccepted({ name, validation }: SudoersArgs, verdict: SudoersVerdict | undefined): void {
  if (verdict?.kind === 'refused')
    throw new UserError('E_BAD_SUDOERS', `visudo refuses the text of ${name}: ${verdict.why}`, {
      hint: 'Correct the arguments; sudoers(5) describes the text. The file was not changed.',
    })
  if (verdict?.kind === 'no visudo' && validation !== 'detect')
    throw new UserError('E_NO_VISUDO', 'the host has no visudo, which would check the text', {
      hint: "Install sudo in an earlier task: packages('sudo', { names: ['sudo'] }).",
    })
}

function apply(given: SudoersArgs, { file, verdict }: SudoersState): ShellStep[] {
  return given.state === 'absent'
    ? applyFile(removal(given), { ...file, entries: 0 })
    : applyInstall(installOf(given, verdict), file)
}
