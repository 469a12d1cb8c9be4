import * as z from '../../core/lazy-zod.ts'
import type { ArgsOf } from '../../core/args-of.ts'
import type { Change } from '../../core/change.ts'
import { UserError } from '../../core/errors.ts'
import { type Module, type Plan, type ShellStep, defineModule } from '../../core/module.ts'
import { type Prediction, type Probe, ask, askAll, predict } from '../../core/probe.ts'
import { paths } from '../../core/resource.ts'
import { applyFile } from '../files/file/apply.ts'
import type { FileArgs } from '../files/file/args.ts'
import { planFile } from '../files/file/plan.ts'
import { type FileState, probeFile } from '../files/file/state.ts'
import { sameAccounts } from '../shared/access.ts'
import { applyInstall } from '../shared/apply-install.ts'
import { type Install, planInstall } from '../shared/install.ts'
import { contentPayload } from '../shared/payload.ts'
import { sameFolders } from '../shared/safe-path.ts'
import { type Stat, stat } from '../shared/stat.ts'
import { type TextFile, installStateOf, probeTextFile, sameTextFile } from '../shared/text-file.ts'
import { assertRegular } from '../shared/whole-file.ts'

const shape = {
  /** A name of the time zone database, such as `Europe/Berlin` or `UTC`. */
  name: z
    .string()
    .regex(/^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+)*$/, 'must be the name of a time zone, such as Europe/Berlin'),
}

export interface TimezoneArgs extends ArgsOf<typeof shape> {}

/** What a host says of its time zone. */
export interface TimezoneState {
  /** /etc/localtime. */
  readonly link: FileState
  /** /etc/timezone, which some systems have too. */
  readonly file: TextFile
  /** The data of the zone that is wanted. */
  readonly zone: Stat
}

const LINK = '/etc/localtime'
const FILE = '/etc/timezone'
const ZONES = '/usr/share/zoneinfo/'

/**
 * The time zone of the host: the link `/etc/localtime`, and `/etc/timezone` where the system has it. Needs no command: neither
 * timedatectl nor dpkg-reconfigure.
 *
 * As in Ansible, programs that run already, such as cron, notice when they are restarted. Unlike in Ansible, there is no `hwclock`,
 * and a zone that the host does not have is an error in the dry run too: it takes the package `tzdata`.
 *
 * @dryRun Looks at the link, `/etc/timezone` and the data of the zone; shows the diff of `/etc/timezone`. Later tasks see both.
 * Unknown if an earlier `packages` task would change, such as one that installs `tzdata`.
 *
 * @throws UserError E_NO_TIMEZONE
 *
 * @example
 * const cron = serviceRestart('restart cron', { name: 'cron.service' })
 * return [packages('zones', { names: ['tzdata'] }), timezone('Berlin', { name: 'Europe/Berlin' }, { notify: cron })]
 */
export const timezone: Module<TimezoneArgs, TimezoneState> = defineModule({
  name: 'timezone',
  args: z.strictObject(shape),
  probe,
  plan,
  apply,
  touches: () => [paths.at(LINK), paths.at(FILE)],
})

const linkArgs = ({ name }: TimezoneArgs): FileArgs => ({
  path: LINK,
  state: 'link',
  target: ZONES + name,
  force: true,
})

const zonePath = ({ name }: TimezoneArgs): string => ZONES + name

function probe(given: TimezoneArgs): Probe<TimezoneState> {
  return askAll<TimezoneState>({
    link: probeFile(linkArgs(given)),
    file: probeTextFile(FILE),
    zone: ask(stat, zonePath(given)),
  })
}

/** The zone that a link leads to, however its path is written. */
const zoneOf = ({ type, target = '' }: Stat): string | undefined =>
  type === 'link' ? /(?:^|\/)usr\/share\/zoneinfo\/(.+)$/.exec(target)?.[1] : undefined

const isRight = ({ name }: TimezoneArgs, { link }: TimezoneState): boolean => zoneOf(link.here) === name

function plan(given: TimezoneArgs, state: TimezoneState): Plan {
  const { name } = given
  if (state.zone.type !== 'file' && state.zone.type !== 'link')
    throw new UserError('E_NO_TIMEZONE', `the host has no time zone ${name}`, {
      hint: 'Check the name, or install the package tzdata in an earlier task.',
    })
  const link = linkPlan(given, state)
  const install = fileWork(given, state)
  const file = install && planInstall(install, stateOf(state))
  const changes = [...link.changes, ...(file?.changes ?? [])]
  if (changes.length === 0) return { changes, because: `already ${name}` }
  const same = sameTextFile(FILE, state.file, state.link.access)
  return {
    changes,
    leaves: [...(link.leaves ?? []), ...(file?.leaves ?? same), predict(stat, zonePath(given), state.zone)],
  }
}

function linkPlan(given: TimezoneArgs, state: TimezoneState): Plan {
  const { link } = state
  const same: Prediction[] = [
    predict(stat, LINK, link.here),
    ...sameFolders(link.above),
    ...sameAccounts(link.access),
  ]
  if (isRight(given, state)) return { changes: [], leaves: same }
  const { type } = link.here
  const from = zoneOf(link.here) ?? (type === 'link' ? `link to ${link.here.target}` : type)
  const change: Change = { what: 'time zone', from, to: given.name }
  return { ...planFile(linkArgs(given), link), changes: [change] }
}

/** A system without the file does not get one. */
function fileWork({ name }: TimezoneArgs, { file }: TimezoneState): Install | undefined {
  if (file.here.type === 'absent') return undefined
  assertRegular(FILE, file.here)
  return { dest: FILE, payload: contentPayload(file.text?.trim() === name ? file.text : `${name}\n`) }
}

const stateOf = ({ file, link }: TimezoneState) => installStateOf(file, link.access)

function apply(given: TimezoneArgs, state: TimezoneState): ShellStep[] {
  const install = fileWork(given, state)
  return [
    ...(isRight(given, state) ? [] : applyFile(linkArgs(given), state.link)),
    ...(install === undefined || planInstall(install, stateOf(state)).changes.length === 0
      ? []
      : applyInstall(install, stateOf(state))),
  ]
}
