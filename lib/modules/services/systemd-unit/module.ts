import { type Keeps, type Module, type Plan, type ShellStep, defineModule } from '../../../core/module.ts'
import { type Probe, ask, askAll } from '../../../core/probe.ts'
import { type Resource, paths } from '../../../core/resource.ts'
import { applyFile } from '../../files/file/apply.ts'
import type { FileArgs } from '../../files/file/args.ts'
import { planFile } from '../../files/file/plan.ts'
import { type FileState, innermost } from '../../files/file/state.ts'
import { freshAccess, probeAccess } from '../../shared/access.ts'
import { applyInstall } from '../../shared/apply-install.ts'
import { type Install, type InstallState, contentDiffers, planInstall } from '../../shared/install.ts'
import { type Service, service, services, unitOf } from '../../shared/service.ts'
import type { Stat } from '../../shared/stat.ts'
import { installStateOf, probeTextFile, textPayload } from '../../shared/text-file.ts'
import { assertRegular } from '../../shared/whole-file.ts'
import { DAEMON_RELOAD } from '../shared/systemctl.ts'
import { type SystemdUnitArgs, args, dropInFolder, pathOf, textOf } from './args.ts'
import { foretellUnit } from './foretell.ts'
import type { SystemdUnitState } from './state.ts'
import { type UnitStatus, isOfSame, isTemplate, unitStatus } from './status.ts'
import { hasAlias } from './text.ts'
import { verifyStep } from './verify.ts'

/**
 * A file of systemd in `/etc/systemd/system`: a service, a timer, a socket or any other unit, or a drop-in for one. It belongs to root and has
 * mode 0644. `systemd-analyze verify` checks the text before it takes effect; it also refuses what systemd would ignore with a warning, such as
 * a misspelled setting. A program that the unit starts must be there by then.
 *
 * systemd reads its files again (`daemon-reload`) whenever the file changed, also if an earlier run was killed before that. On a host that
 * does not run systemd, such as a container, only the file is written. To enable and start the unit use `service`; to restart it after a change,
 * notify `serviceRestart`.
 *
 * @dryRun Reads the file, shows its diff, and asks `systemctl show` about the unit. `systemd-analyze verify` is not run. Later tasks
 * see the new file. A later `service` task of the unit is foretold where the file says enough, as for a new unit, and unknown
 * otherwise. Other units stay as they are.
 *
 * @example
 * const restart = serviceRestart('restart app', { name: 'app' })
 * return [
 *   systemdUnit('app', {
 *     name: 'app',
 *     content: '[Service]\nExecStart=/usr/local/bin/app\n\n[Install]\nWantedBy=multi-user.target\n',
 *   }, { notify: restart }),
 *   systemdUnit('limits of app', { name: 'app', dropIn: 'limits', content: '[Service]\nMemoryMax=1G\n' }, { notify: restart }),
 *   service('app runs', { name: 'app', state: 'started', enabled: true }),
 * ]
 *
 * @example
 * return [
 *   service('no old timer', { name: 'old.timer', state: 'stopped', enabled: false, ifExists: true }),
 *   systemdUnit('old timer', { name: 'old.timer', state: 'absent' }),
 * ]
 */
export const systemdUnit: Module<SystemdUnitArgs, SystemdUnitState> = defineModule({
  name: 'systemd_unit',
  args,
  probe: (given): Probe<SystemdUnitState> =>
    askAll<SystemdUnitState>({
      file: probeTextFile(pathOf(given)),
      access: probeAccess(OWNER),
      status: ask(unitStatus, unitOf(given.name)),
    }),
  plan,
  apply,
  touches,
  keeps,
})

const OWNER = { owner: 0, group: 0 }

const installOf = (given: SystemdUnitArgs): Install => ({
  dest: pathOf(given),
  payload: textPayload(pathOf(given), textOf(given)),
  mode: '0644',
  ...OWNER,
})

const removal = (given: SystemdUnitArgs): FileArgs => ({ path: pathOf(given), state: 'absent' })

const removed = ({ file, access }: SystemdUnitState): FileState => ({ ...file, access, entries: 0 })

const folderArgs = (given: SystemdUnitArgs): FileArgs => ({ path: dropInFolder(given), state: 'directory' })

const folderState = ({ file, access }: SystemdUnitState): FileState => ({
  here: file.folder,
  above: file.above.slice(0, -1),
  access,
  entries: 0,
})

const makesFolder = (given: SystemdUnitArgs, { file }: SystemdUnitState): boolean =>
  given.dropIn !== undefined && given.state !== 'absent' && file.folder.type === 'absent'

/** What the file is planned on: the folder of a drop-in is there by then. */
function installState(given: SystemdUnitArgs, state: SystemdUnitState): InstallState {
  const is = installStateOf(state.file, state.access)
  if (!makesFolder(given, state)) return is
  const outer = innermost(folderState(state))
  const folder: Stat = { type: 'directory', mode: '0755', ...freshAccess(state.access, outer) }
  return { ...is, folder, above: [...is.above.slice(0, -1), { path: dropInFolder(given), stat: folder }] }
}

function plan(given: SystemdUnitArgs, state: SystemdUnitState): Plan {
  assertRegular(pathOf(given), state.file.here)
  const file = filePlan(given, state)
  const reread =
    file.changes.length === 0 && state.status?.needsReload === true
      ? [{ what: 'unit file', from: 'changed on disk', to: 'read again' }]
      : []
  const changes = [...file.changes, ...reread]
  if (changes.length === 0) return file
  return { changes, leaves: [...(file.leaves ?? []), ...foretellUnit(given, state)] }
}

function filePlan(given: SystemdUnitArgs, state: SystemdUnitState): Plan {
  if (given.state === 'absent') return planFile(removal(given), removed(state))
  return planInstall(installOf(given), installState(given, state))
}

function apply(given: SystemdUnitArgs, state: SystemdUnitState): ShellStep[] {
  const reload = state.status === undefined ? [] : [DAEMON_RELOAD]
  if (filePlan(given, state).changes.length === 0) return reload
  if (given.state === 'absent') return [...applyFile(removal(given), removed(state)), ...reload]
  const install = installOf(given)
  const at = installState(given, state)
  return [
    ...(given.verify !== false && contentDiffers(install, at) ? [verifyStep(given)] : []),
    ...(makesFolder(given, state) ? applyFile(folderArgs(given), folderState(state)) : []),
    ...applyInstall(install, at),
    ...reload,
  ]
}

function touches(given: SystemdUnitArgs): Resource[] {
  const unit = unitOf(given.name)
  return [
    paths.at(pathOf(given)),
    ...(given.dropIn === undefined ? [] : [paths.at(dropInFolder(given))]),
    isTemplate(unit) ? services.all : services.at(unit),
  ]
}

/** Other units stay as they are, unless the file gives its unit their name; but what changed of their files is read too. */
function keeps(given: SystemdUnitArgs, is: SystemdUnitState | undefined): Keeps | undefined {
  if (is === undefined || hasAlias(textOf(given)) || hasAlias(is.file.text ?? '')) return undefined
  return ({ reader, key }, answer) =>
    (reader === service || reader === unitStatus) &&
    !isOfSame(unitOf(given.name), unitOf(key)) &&
    !((answer as Service | UnitStatus | undefined)?.needsReload ?? false)
}
