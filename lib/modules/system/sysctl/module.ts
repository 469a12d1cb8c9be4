import type { Change } from '../../../core/change.ts'
import { UserError } from '../../../core/errors.ts'
import { type Keeps, type Module, type Plan, type ShellStep, defineModule } from '../../../core/module.ts'
import { type Prediction, type Probe, ask, askAll, known, predict } from '../../../core/probe.ts'
import { type Resource, paths } from '../../../core/resource.ts'
import { sh } from '../../../core/sh.ts'
import { type AccessState, probeAccess } from '../../shared/access.ts'
import { applyInstall } from '../../shared/apply-install.ts'
import { type Install, planInstall } from '../../shared/install.ts'
import { sha256 } from '../../shared/sha256.ts'
import { stat } from '../../shared/stat.ts'
import { readBody } from '../../shared/text.ts'
import {
  type TextFile,
  installStateOf,
  probeTextFile,
  sameTextFile,
  textPayload,
} from '../../shared/text-file.ts'
import { assertRegular } from '../../shared/whole-file.ts'
import { type SysctlArgs, type SysctlValues, args, procPath, valueOf } from './args.ts'
import { editSysctl } from './edit.ts'
import { changesWith, groupOf } from './name.ts'
import { type SysctlValue, sysctlValue } from './reader.ts'

/** What is there of a setting. */
export interface SysctlState {
  readonly file: TextFile
  readonly access: AccessState
  /** Undefined where the running kernel is of no interest, or does not have the setting. */
  readonly now: SysctlValue | undefined
}

/**
 * A setting of the kernel: its value now, and in a file for the next boot. Needs no command sysctl.
 *
 * As in Ansible, the value in the running kernel is changed too unless `reload` is false, and with `absent` it stays what it is.
 * Unlike in Ansible, the file is one of its own, because some systems no longer read `/etc/sysctl.conf`; other settings of the file
 * are neither rewritten nor set; a setting that the kernel does not have, or does not let the task change, is an error in the
 * dry run too; and the file is written only after the kernel has taken the value. `sysctl_set` is not needed.
 *
 * @dryRun Reads the value of the kernel and the file, and shows the diff of the file. Nothing is set: a value that the kernel
 * refuses is found in the run. Later tasks see the new value and text; settings that the kernel changes along with it are
 * unknown. Unknown if an earlier task would load a `kernelModule`.
 *
 * @throws UserError E_NO_SYSCTL, E_SYSCTL_READ_ONLY
 *
 * @example
 * sysctl('forwarding', { name: 'net.ipv4.ip_forward', value: 1 })
 *
 * @example
 * sysctl('receive buffers', { name: 'net.ipv4.tcp_rmem', value: '4096 131072 16777216', file: '/etc/sysctl.d/60-network.conf' })
 */
export const sysctl: Module<SysctlArgs, SysctlState> = defineModule({
  name: 'sysctl',
  args,
  ansible: { sysctl_file: 'file' },
  probe,
  plan,
  apply,
  touches,
  keeps,
})

const isLive = ({ state, reload = true }: SysctlValues): boolean => reload && state !== 'absent'

function probe(given: SysctlValues): Probe<SysctlState> {
  return askAll<SysctlState>({
    file: probeTextFile(given.file),
    access: probeAccess(given),
    now: isLive(given) ? ask(sysctlValue, procPath(given)) : known(undefined),
  })
}

function plan(given: SysctlValues, state: SysctlState): Plan {
  const live = liveChange(given, state)
  const install = fileWork(given, state)
  const file: Plan = install === undefined ? { changes: [] } : planInstall(install, stateOf(state))
  const changes = [...(live === undefined ? [] : [live]), ...file.changes]
  if (changes.length === 0) return { changes, because: because(given, state) }
  const same = sameTextFile(given.file, state.file, state.access)
  return { changes, leaves: [...(file.leaves ?? same), ...liveLeaves(given, state)] }
}

function because(given: SysctlValues, { now }: SysctlState): string {
  if (given.state === 'absent') return `not in ${given.file}`
  return `already ${valueOf(given)}${isLive(given) && now !== undefined ? '' : ` in ${given.file}`}`
}

/** The change of the running kernel. */
function liveChange(given: SysctlValues, { now }: SysctlState): Change | undefined {
  const { name, ignoreErrors = false } = given
  if (!isLive(given)) return undefined
  if (now === undefined) {
    if (ignoreErrors) return undefined
    throw new UserError('E_NO_SYSCTL', `the kernel has no setting ${name}`, {
      hint: 'Check the name, load the kernel module that brings the setting in an earlier task, or set ignoreErrors: true.',
    })
  }
  const to = valueOf(given)
  if (now.value === to) return undefined
  if (now.value === undefined)
    throw new UserError('E_CANNOT_LOOK', `${name} cannot be read`, { hint: 'Set become: true for the task.' })
  if (!now.writable)
    throw new UserError('E_SYSCTL_READ_ONLY', `the kernel does not let the task change ${name}`, {
      hint: 'Set become: true for the task. In a container, write only the file: reload: false.',
    })
  return { what: name, from: now.value, to }
}

function liveLeaves(given: SysctlValues, { now }: SysctlState): Prediction[] {
  if (!isLive(given)) return []
  const path = procPath(given)
  return [predict(sysctlValue, path, now === undefined ? undefined : { ...now, value: valueOf(given) })]
}

/** Undefined where nothing is to be there. */
function fileWork(given: SysctlValues, { file }: SysctlState): Install | undefined {
  const { file: dest, mode, owner, group } = given
  assertRegular(dest, file.here)
  const text = editSysctl(file.text ?? '', given)
  if (given.state === 'absent' && file.here.type === 'absent') return undefined
  return { dest, mode, owner, group, payload: textPayload(dest, text) }
}

function fileChanges(given: SysctlValues, state: SysctlState): readonly Change[] {
  const install = fileWork(given, state)
  return install === undefined ? [] : planInstall(install, stateOf(state)).changes
}

const stateOf = ({ file, access }: SysctlState) => installStateOf(file, access)

// The kernel first: a value that it refuses does not get into the file. tee tells why, a redirection of a shell does not.
function apply(given: SysctlValues, state: SysctlState): ShellStep[] {
  const install = fileWork(given, state)
  const write = sh`printf '%s\\n' ${valueOf(given)} | tee ${procPath(given)} >/dev/null`
  return [
    ...(liveChange(given, state) === undefined ? [] : [{ script: write, explains: true }]),
    ...(install === undefined || fileChanges(given, state).length === 0
      ? []
      : applyInstall(install, stateOf(state))),
  ]
}

function touches(given: SysctlValues, state: SysctlState | undefined): readonly Resource[] {
  const changesKernel = isLive(given) && state?.now?.value !== valueOf(given)
  return [paths.at(given.file), ...(changesKernel ? [paths.below(groupOf(procPath(given)))] : [])]
}

/** Other settings as a rule, and a file that has the line. */
function keeps(given: SysctlValues, state: SysctlState | undefined): Keeps {
  const path = procPath(given)
  const written = state !== undefined && fileChanges(given, state).length === 0
  return ({ reader, key }) => {
    if (reader === sysctlValue) return key !== path && !changesWith(path, key)
    return written && key === given.file && (reader === stat || reader === sha256 || reader === readBody)
  }
}
