import { type Module, defineModule } from '../../../core/module.ts'
import { type Resource, paths } from '../../../core/resource.ts'
import { dockerKinds } from '../../docker/shared/kinds.ts'
import { services } from '../../shared/service.ts'
import { served } from '../../shared/served.ts'
import { installedPackages } from './reader.ts'
import { packageStep } from './apply.ts'
import { keptByPackages } from './kept.ts'
import { type PackagesArgs, args } from './args.ts'
import { type PackagesState, probe } from './state.ts'
import { managerOf, plan, toDo } from './plan.ts'

/**
 * Installs or removes packages with the package manager of the host: apt, apk or dnf. List several packages in one task, so
 * that they are installed with a single command.
 *
 * @dryRun Asks the package manager what is installed, and of what is missing whether its lists have it. The lists are not
 * updated, and apt simulates nothing: dependencies, and packages that conflict, are found in the run. A package that lists of
 * today do not have fails. Later tasks see the packages as installed, not their versions, files and units: a `service` of a new
 * package is unknown. Where apt installs, other packages, their configuration in `/etc` and accounts are taken as unchanged.
 *
 * @example
 * packages('tools', { names: ['curl', 'jq'] })
 */
export const packages: Module<PackagesArgs, PackagesState> = defineModule({
  name: 'packages',
  args,
  ansible: { name: 'names, a list', pkg: 'names, a list', package: 'names, a list', update_cache: 'update' },
  probe,
  plan,
  apply: (wanted, state) => [
    packageStep(managerOf(wanted, state), {
      verb: wanted.state === 'absent' ? 'remove' : 'install',
      names: toDo(wanted, state),
      update: wanted.update !== 'never',
      allowRemoval: wanted.allowRemoval === true,
    }),
  ],
  touches: () => TOUCHED,
  keeps: keptByPackages,
})

/**
 * A package may bring files anywhere in the system, other packages and services. The rest belongs to users and
 * applications: packages are not to put anything into /home, /root, /srv, /data and the like (Filesystem Hierarchy
 * Standard 3.0, §3.17; Debian policy 9.1), so answers about those stay good.
 */
const TOUCHED: readonly Resource[] = [
  installedPackages.all,
  services.all,
  served.all,
  ...dockerKinds.map(({ all }) => all),
  ...'/bin /boot /etc /lib /lib32 /lib64 /opt /run /sbin /tmp /usr /var'.split(' ').map(paths.below),
]
