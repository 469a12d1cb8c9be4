import type { Change } from '../../../core/change.ts'
import { UserError } from '../../../core/errors.ts'
import { type Module, type Plan, type ShellStep, defineModule } from '../../../core/module.ts'
import { type Probe, ask, askAll, known, predict } from '../../../core/probe.ts'
import { type Resource, paths } from '../../../core/resource.ts'
import { sh } from '../../../core/sh.ts'
import { type KeptText, applyKeptText, planKeptText, probeKeptText } from '../../shared/kept-text.ts'
import { type KernelModuleArgs, args, loadFile, optionsFile } from './args.ts'
import { editLoad, editOptions, kernelName } from './edit.ts'
import { type KernelModuleStatus, kernelModuleStatus, kernelModules } from './reader.ts'

/** What is there of a module of the kernel. */
export interface KernelModuleState {
  readonly status: KernelModuleStatus
  /** The file that loads it at each boot. Undefined where that is of no interest. */
  readonly load: KeptText | undefined
  /** The file with its parameters. Undefined where that is of no interest. */
  readonly options: KeptText | undefined
}

/**
 * A module of the kernel: loaded now by modprobe, and at each boot. A module that is built into the kernel is there.
 *
 * As in Ansible's `community.general.modprobe`, a module that is loaded is not loaded anew for other `params`. Unlike there, it is also
 * loaded at each boot unless `persistent` is false; other lines of the files stay; a module that the host does not have is
 * an error in the dry run too; and the files are written only after the kernel has taken the module. With `absent`, files of other
 * names in `/etc/modules-load.d` are left alone.
 *
 * @dryRun Asks the kernel, and `modprobe -D` whether the host has the module; shows the diffs of the files. Nothing is loaded:
 * that the kernel refuses it is found in the run. Later tasks see the module as loaded, and the new texts; `/proc`, `/sys` and
 * `/dev` are unknown to them, so a `sysctl` of it is unknown.
 *
 * @throws UserError E_KERNEL_MODULE
 *
 * @example
 * kernelModule('bridges are filtered', { name: 'br_netfilter' })
 *
 * @example
 * kernelModule('two dummies', { name: 'dummy', params: 'numdummies=2' })
 */
export const kernelModule: Module<KernelModuleArgs, KernelModuleState> = defineModule<
  KernelModuleArgs,
  KernelModuleArgs,
  KernelModuleState
>({ name: 'kernel_module', args, probe, plan, apply, touches })

const hasOptions = ({ state, params }: KernelModuleArgs): boolean =>
  state === 'absent' || params !== undefined

function probe(given: KernelModuleArgs): Probe<KernelModuleState> {
  const { name, persistent = true } = given
  return askAll<KernelModuleState>({
    status: ask(kernelModuleStatus, kernelName(name)),
    load: persistent ? probeKeptText(loadFile(given)) : known(undefined),
    options: persistent && hasOptions(given) ? probeKeptText(optionsFile(given)) : known(undefined),
  })
}

function plan(given: KernelModuleArgs, state: KernelModuleState): Plan {
  const { name, state: wanted = 'present' } = given
  const live = liveChange(given, state)
  const files = [
    state.load && planKeptText(loadFile(given), state.load, (text) => editLoad(text, given)),
    state.options && planKeptText(optionsFile(given), state.options, (text) => editOptions(text, given)),
  ].flatMap((one) => one ?? [])
  const changes = [...(live === undefined ? [] : [live]), ...files.flatMap((one) => one.changes)]
  if (changes.length === 0) return { changes, because: `already ${state.status}` }
  const after = live === undefined ? state.status : wanted === 'absent' ? 'available' : 'loaded'
  return {
    changes,
    leaves: [
      predict(kernelModuleStatus, kernelName(name), after),
      ...files.flatMap(({ leaves = [] }) => leaves),
    ],
  }
}

function liveChange(
  { name, state = 'present' }: KernelModuleArgs,
  { status }: KernelModuleState,
): Change | undefined {
  const wrong = (message: string, hint: string): UserError =>
    new UserError('E_KERNEL_MODULE', message, { hint })
  if (state === 'absent') {
    if (status === 'built-in')
      throw wrong(`${name} is built into the kernel`, 'It cannot be unloaded. Remove the task.')
    return status === 'loaded' ? { what: 'state', from: status, to: 'not loaded' } : undefined
  }
  if (status === 'loaded' || status === 'built-in') return undefined
  if (status === 'available') return { what: 'state', from: 'not loaded', to: 'loaded' }
  throw status === 'none'
    ? wrong('the host has no modprobe', 'Install the package kmod in an earlier task.')
    : wrong(
        `the running kernel has no module ${name}`,
        'Check the name. Some modules are in a package of their own, such as linux-modules-extra; after an upgrade of the kernel, reboot first.',
      )
}

// The kernel first: a module that it refuses is not tried at each boot.
function apply(given: KernelModuleArgs, state: KernelModuleState): ShellStep[] {
  const { name, params } = given
  const words =
    given.state === 'absent' ? ['-r', name] : [name, ...(params === undefined ? [] : params.split(' '))]
  const script = sh`PATH=$PATH:/usr/sbin:/sbin; modprobe ${words}`
  return [
    ...(liveChange(given, state) === undefined ? [] : [{ script, explains: true }]),
    ...(state.load === undefined
      ? []
      : applyKeptText(loadFile(given), state.load, (text) => editLoad(text, given))),
    ...(state.options === undefined
      ? []
      : applyKeptText(optionsFile(given), state.options, (text) => editOptions(text, given))),
  ]
}

// A module brings others, and settings and devices of its own.
function touches(given: KernelModuleArgs, state: KernelModuleState | undefined): readonly Resource[] {
  const { persistent = true } = given
  const live =
    state === undefined || !['loaded', 'built-in'].includes(state.status) || given.state === 'absent'
  return [
    ...(live ? [kernelModules.all, ...['/proc', '/sys', '/dev'].map(paths.below)] : []),
    ...(persistent ? [paths.at(loadFile(given)), paths.at(optionsFile(given))] : []),
  ]
}
