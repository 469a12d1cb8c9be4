import { z } from 'zod'
import type { Change } from '../../../core/change.ts'
import { UserError } from '../../../core/errors.ts'
import { type Plan, defineModule } from '../../../core/module.ts'
import { type Probe, ask, predict } from '../../../core/probe.ts'
import { type Resource, treeResource } from '../../../core/resource.ts'
import { packageStep } from './apply.ts'
import { type PackageVersion, packageVersion } from './version-reader.ts'
import { type Package, packageInstalled } from './reader.ts'

export interface PackagesArgs {
  /** As the host's package manager calls them. Real packages, not virtual ones that others provide. */
  readonly names: string | readonly string[]
  /**
   * `latest` (apt only) is the newest that the package lists know, which are fetched first when they are older than a day.
   *
   * @default 'present'
   */
  readonly state?: 'present' | 'absent' | 'latest' | undefined
  /**
   * Whether the package lists are fetched: `auto` when they are older than a day or do not know a package.
   *
   * @default 'auto'
   */
  readonly update?: 'auto' | 'never' | undefined
}

/** What is there of the packages, by name. */
export interface PackagesState {
  readonly packages: Readonly<Record<string, Package>>
  /** Only where the latest is wanted. */
  readonly versions: Readonly<Record<string, PackageVersion>>
}

// No dash in front, which would be an option, and no * that dpkg-query would expand.
const packageName = z.string().regex(/^[A-Za-z0-9][\w.+:@-]*$/, 'must be the name of a package')

const args: z.ZodType<PackagesArgs> = z.strictObject({
  names: z.union([packageName, z.array(packageName).min(1)]),
  state: z.enum(['present', 'absent', 'latest']).optional(),
  update: z.enum(['auto', 'never']).optional(),
})

/**
 * Packages of the host's own manager: apt, apk or dnf. Several in one task take one question and one command.
 *
 * @example
 * packages('tools', { names: ['curl', 'jq'] })
 */
export const packages = defineModule<PackagesArgs, PackagesState>({
  name: 'package',
  args,
  probe,
  plan,
  apply: (wanted, state) => [
    packageStep(managerOf(wanted, state), {
      verb: wanted.state === 'absent' ? 'remove' : 'install',
      names: toDo(wanted, state),
      update: wanted.update !== 'never',
    }),
  ],
  touches: () => TOUCHED,
})

/**
 * A package may bring files anywhere in the system, other packages and services. The rest belongs to users and
 * applications: packages are not to put anything into /home, /root, /srv, /data and the like (Filesystem Hierarchy
 * Standard 3.0, §3.17; Debian policy 9.1), so answers about those stay good.
 */
const TOUCHED: readonly Resource[] = [
  'package:/**',
  'service:/**',
  'docker:/**',
  ...'/bin /boot /etc /lib /lib32 /lib64 /opt /run /sbin /tmp /usr /var'.split(' ').map(treeResource),
]

const listOf = ({ names }: PackagesArgs): string[] => [
  ...new Set(typeof names === 'string' ? [names] : names),
]

function probe(wanted: PackagesArgs): Probe<PackagesState> {
  const names = listOf(wanted)
  const versioned = wanted.state === 'latest' ? names : []
  return {
    questions: [
      ...names.flatMap((name) => ask(packageInstalled, name).questions),
      ...versioned.flatMap((name) => ask(packageVersion, name).questions),
    ],
    parse: (answers) => ({
      packages: Object.fromEntries(names.map((name, i) => [name, answers[i] as Package])),
      versions: Object.fromEntries(
        versioned.map((name, i) => [name, answers[names.length + i] as PackageVersion]),
      ),
    }),
  }
}

function managerOf({ state }: PackagesArgs, { packages: found }: PackagesState): Package['manager'] {
  const manager = Object.values(found)[0]?.manager ?? 'none'
  if (manager === 'none') {
    throw new UserError('E_NO_PACKAGE_MANAGER', 'the host has none of apt, apk and dnf', {
      hint: 'Install what is needed with command() or shell().',
    })
  }
  if (state === 'latest' && manager !== 'apt') {
    throw new UserError('E_UNSUPPORTED', `state: latest is for apt, and the host has ${manager}`, {
      hint: `Use state: present, and upgrade with command().`,
    })
  }
  return manager
}

function plan(wanted: PackagesArgs, state: PackagesState): Plan {
  const manager = managerOf(wanted, state)
  const names = toDo(wanted, state)
  const goal = wanted.state === 'absent' ? 'absent' : 'installed'
  if (names.length === 0) return { changes: [], because: `${goal}: ${listOf(wanted).join(', ')}` }
  const installed = goal === 'installed'
  return {
    changes: names.map((name) => describe(name, wanted, state)),
    // Versions cannot be foretold, because the lists may be fetched first.
    leaves: listOf(wanted).map((name) => predict(packageInstalled, name, { manager, installed })),
  }
}

function describe(name: string, wanted: PackagesArgs, { packages: found, versions }: PackagesState): Change {
  const is = found[name]?.installed === true
  const version = versions[name]
  if (version === undefined || !is)
    return { what: name, from: is ? 'installed' : 'absent', to: wanted.state ?? 'present' }
  return { what: name, from: version.installed, to: version.fresh ? version.candidate : 'latest' }
}

/** The packages that are not as wanted. Those whose lists are old may be out of date: they are looked up anew. */
function toDo(wanted: PackagesArgs, { packages: found, versions }: PackagesState): string[] {
  const { state, update } = wanted
  return listOf(wanted).filter((name) => {
    const installed = found[name]?.installed === true
    const version = versions[name]
    if (state === 'absent') return installed
    if (!installed || version === undefined) return !installed
    return (update !== 'never' && !version.fresh) || version.installed !== version.candidate
  })
}
