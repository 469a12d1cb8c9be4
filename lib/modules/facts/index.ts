import { disks } from './disks.ts'
import { memory } from './memory.ts'
import { network } from './network.ts'
import { os } from './os.ts'
import { packages } from './packages.ts'
import { services } from './services.ts'

export type { Mount } from './disks.ts'
export type { Memory } from './memory.ts'
export type { NetworkAddress, NetworkInterface, Network } from './network.ts'
export type { Os, OsFamily } from './os.ts'
export type { InstalledPackage } from './packages.ts'
export type { Unit } from './services.ts'
export type { HostFact } from './shared/host-fact.ts'
export type { DefaultRoute } from './shared/routes.ts'

/** What the host of a task says about itself. */
export interface Facts {
  /** Distribution, version, kernel, architecture, host name, init system, virtualization. */
  readonly os: typeof os
  /** Interfaces with their addresses, default routes, name servers. */
  readonly network: typeof network
  /** RAM and swap, in bytes. */
  readonly memory: typeof memory
  /** Mounted file systems with their sizes in bytes. */
  readonly disks: typeof disks
  /** Units of systemd. */
  readonly services: typeof services
  /** Packages that are installed. */
  readonly packages: typeof packages
}

/**
 * Facts that are tasks: each is asked in the same trip as the other tasks of its play, of the hosts that list it, and
 * changes nothing. Use what it found with `from`.
 *
 * @example
 * const os = facts.os('os')
 * return [os, packages('ntp', from(os, ({ family }) => ({ names: family === 'alpine' ? 'openntpd' : 'chrony' })))]
 */
export const facts: Facts = { os, network, memory, disks, services, packages }
