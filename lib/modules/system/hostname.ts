import * as z from '../../core/lazy-zod.ts'
import type { ArgsOf } from '../../core/args-of.ts'
import type { Change } from '../../core/change.ts'
import { UserError } from '../../core/errors.ts'
import { type Module, type Plan, type ShellStep, defineModule } from '../../core/module.ts'
import { type Probe, ask, askAll, predict } from '../../core/probe.ts'
import { paths } from '../../core/resource.ts'
import { sh } from '../../core/sh.ts'
import { type AccessState, probeAccess } from '../shared/access.ts'
import { applyInstall } from '../shared/apply-install.ts'
import { type Install, planInstall } from '../shared/install.ts'
import { contentPayload } from '../shared/payload.ts'
import { type TextFile, installStateOf, probeTextFile, sameTextFile } from '../shared/text-file.ts'
import { assertRegular } from '../shared/whole-file.ts'
import { type SysctlValue, sysctlValue } from './sysctl/reader.ts'

const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/

const shape = {
  /** The name, with or without a domain: letters, digits and dashes, with dots between its parts; at most 64 characters. */
  name: z
    .string()
    .max(64)
    .refine((name) => name.split('.').every((label) => LABEL.test(label)), {
      error: 'must be letters, digits and dashes, with dots between its parts',
    }),
}

export interface HostnameArgs extends ArgsOf<typeof shape> {}

/** What a host calls itself. */
export interface HostnameState {
  /** The name that the kernel has now. */
  readonly now: SysctlValue | undefined
  /** /etc/hostname. */
  readonly file: TextFile
  readonly access: AccessState
}

const FILE = '/etc/hostname'
const KERNEL = '/proc/sys/kernel/hostname'

/**
 * The name of the host: now, and in `/etc/hostname` for the next boot. Needs no command: neither hostname nor hostnamectl.
 *
 * As in Ansible, `/etc/hosts` stays as it is; sudo and other programs may look for the name there. Unlike in Ansible, there is no
 * `use`: all systems that have `/etc/hostname` are managed alike, and a container, which gets its name from outside, is an error. A
 * host with cloud-init needs `preserve_hostname: true` in its configuration, otherwise the next boot restores the old name.
 *
 * @dryRun Reads the name of the kernel and `/etc/hostname`, and shows the diff of the file. Fails where the kernel does not let
 * the task change the name. Later tasks see both; `facts.os` is unknown after it.
 *
 * @throws UserError E_SYSCTL_READ_ONLY
 *
 * @example
 * return [
 *   hostname('name', { name: 'web-1.example.org' }),
 *   hostsEntry('own address', { address: '127.0.1.1', names: ['web-1.example.org', 'web-1'] }),
 * ]
 */
export const hostname: Module<HostnameArgs, HostnameState> = defineModule({
  name: 'hostname',
  args: z.strictObject(shape),
  probe,
  plan,
  apply,
  touches: () => [FILE, KERNEL].map(paths.at),
})

function probe(): Probe<HostnameState> {
  return askAll<HostnameState>({
    now: ask(sysctlValue, KERNEL),
    file: probeTextFile(FILE),
    access: probeAccess({}),
  })
}

/** The name in the file: its first line that is neither empty nor a comment, as hostname(5) says. */
const written = (text: string): string | undefined =>
  text
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '' && !line.startsWith('#'))

/** A file that has the name stays as it is. */
function installOf({ name }: HostnameArgs, { file }: HostnameState): Install {
  assertRegular(FILE, file.here)
  const text = file.text !== undefined && written(file.text) === name ? file.text : `${name}\n`
  return { dest: FILE, payload: contentPayload(text) }
}

function liveChange({ name }: HostnameArgs, { now }: HostnameState): Change | undefined {
  if (now?.value === name) return undefined
  if (now?.writable !== true)
    throw new UserError(
      'E_SYSCTL_READ_ONLY',
      'the kernel does not let the task change the name of the host',
      {
        hint: 'Set become: true for the task. A container gets its name from outside.',
      },
    )
  return { what: 'name', from: now.value, to: name }
}

function plan(given: HostnameArgs, state: HostnameState): Plan {
  const live = liveChange(given, state)
  const file = planInstall(installOf(given, state), installStateOf(state.file, state.access))
  const changes = [...(live === undefined ? [] : [live]), ...file.changes]
  if (changes.length === 0) return { changes, because: `already ${given.name}` }
  const same = sameTextFile(FILE, state.file, state.access)
  const now = { value: given.name, writable: state.now?.writable ?? true }
  return { changes, leaves: [...(file.leaves ?? same), predict(sysctlValue, KERNEL, now)] }
}

function apply(given: HostnameArgs, state: HostnameState): ShellStep[] {
  const install = installOf(given, state)
  const at = installStateOf(state.file, state.access)
  return [
    ...(liveChange(given, state) === undefined
      ? []
      : [{ script: sh`printf '%s\\n' ${given.name} | tee ${KERNEL} >/dev/null`, explains: true }]),
    ...(planInstall(install, at).changes.length === 0 ? [] : applyInstall(install, at)),
  ]
}
