import { type Resource, installedPackages, paths, served, services } from 'run-playbook'

// By default a package may bring anything anywhere in the system, and a service that is started may do anything: all that
// comes after such a change is then unknown in a dry run. These say less, from what `dpkg -L` lists.

/** Packages, and what they put into these folders. What they depend on is no affair of the role. */
export const packagesIn = (names: readonly string[], ...folders: readonly string[]): Resource[] => [
  ...names.map(installedPackages.at),
  ...folders.map(paths.below),
]

/** A service that is started or stopped, and the link that has it started at boot. */
export const serviceOnly = (name: string): Resource[] => [
  services.at(name),
  served.all,
  paths.below('/etc/systemd/system/multi-user.target.wants'),
]
