import { createHash } from 'node:crypto'
import type { Change } from '../../../core/change.ts'
import { UserError } from '../../../core/errors.ts'
import { type Probe, ask, askAll, mapProbe } from '../../../core/probe.ts'
import { type Install, type InstallState, probeInstall } from '../../shared/install.ts'
import { sha256 } from '../../shared/sha256.ts'
import { type WireguardInterface, configPath, dropInFolder, wireguardInterface } from './reader.ts'
import { dropIn } from './config.ts'

export interface WireguardState {
  readonly live: WireguardInterface
  /** SHA-256 of what we added to the unit. */
  readonly dropIn: string | undefined
  /** The configuration's file; not looked at where none is wanted. */
  readonly file: InstallState | undefined
}

export const dropInPath = (name: string): string => `${dropInFolder(name)}/run-playbook.conf`

export function probeWireguard(name: string, install: Install | undefined): Probe<WireguardState> {
  const unit = askAll({ live: ask(wireguardInterface, name), dropIn: ask(sha256, dropInPath(name)) })
  if (install === undefined) return mapProbe(unit, (state) => ({ ...state, file: undefined }))
  return mapProbe(askAll({ unit, file: probeInstall(install) }), ({ unit, file }) => ({ ...unit, file }))
}

/** @throws UserError when it isn't ours to change, or the host lacks what it takes */
export function assertOurs(name: string, { missing, config, exists }: WireguardInterface): void {
  if (config === 'foreign' || (config === 'absent' && exists)) {
    const what = config === 'foreign' ? configPath(name) : `the interface ${name}`
    throw new UserError('E_FOREIGN_WIREGUARD', `${what} was not made by run-playbook`, {
      hint: `Choose another interface name, or take the interface down and remove ${configPath(name)} yourself.`,
    })
  }
  if (missing.includes('systemd')) {
    throw new UserError(
      'E_NO_SYSTEMD',
      'the host does not run systemd, which is needed to start WireGuard at boot',
    )
  }
  if (missing.length > 0) {
    throw new UserError('E_NO_WIREGUARD', `the host has no ${missing.join(' and no ')}`, {
      hint: 'Install wireguard-tools before this task, and wireguard-go if the kernel has no WireGuard support.',
    })
  }
}

/** What differs around the interface: whether and when it starts at boot. */
export function unitChanges(before: readonly string[], { live, dropIn }: WireguardState): Change[] {
  const starts = (sum: string | undefined) => (sum === undefined ? 'no order' : `order ${sum.slice(0, 12)}`)
  return [
    ...(live.enabled ? [] : [{ what: 'enabled', from: false, to: true }]),
    ...(dropIn === dropInHash(before)
      ? []
      : [{ what: 'before', from: starts(dropIn), to: before.join(' ') || starts(undefined) }]),
    ...(live.needsReload ? [{ what: 'unit', from: 'changed on disk', to: 'loaded' }] : []),
  ]
}

export function dropInHash(before: readonly string[]): string | undefined {
  return before.length === 0 ? undefined : createHash('sha256').update(dropIn(before)).digest('hex')
}
