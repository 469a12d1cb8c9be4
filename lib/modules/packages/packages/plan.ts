import type { Change } from '../../../core/change.ts'
import { UserError } from '../../../core/errors.ts'
import type { Plan } from '../../../core/module.ts'
import { predict } from '../../../core/probe.ts'
import { packageListed } from './listed-reader.ts'
import { type Package, packageInstalled } from './reader.ts'
import { type PackagesArgs, listOf } from './args.ts'
import type { PackagesState } from './state.ts'

export function managerOf({ state }: PackagesArgs, { packages: found }: PackagesState): Package['manager'] {
  const manager = Object.values(found)[0]?.manager ?? 'none'
  if (manager === 'none') {
    throw new UserError('E_NO_PACKAGE_MANAGER', 'the host has none of apt, apk and dnf', {
      hint: 'Install what is needed with command() or shell().',
    })
  }
  if (state === 'latest' && manager !== 'apt') {
    throw new UserError('E_UNSUPPORTED', `state: latest works only with apt, but the host has ${manager}`, {
      hint: `Use state: present, and upgrade with command().`,
    })
  }
  return manager
}

export function plan(wanted: PackagesArgs, state: PackagesState): Plan {
  const manager = managerOf(wanted, state)
  const names = toDo(wanted, state)
  const goal = wanted.state === 'absent' ? 'absent' : 'installed'
  if (names.length === 0) return { changes: [], because: `${goal}: ${listOf(wanted).join(', ')}` }
  if (goal === 'installed') assertListed(names, wanted, state)
  const installed = goal === 'installed'
  return {
    changes: names.map((name) => describe(name, wanted, state)),
    // Versions cannot be foretold, because the lists may be fetched first.
    leaves: listOf(wanted).flatMap((name) => [
      predict(packageInstalled, name, { manager, installed }),
      ...(installed ? [predict(packageListed, name, 'yes')] : []),
    ]),
  }
}

// Lists that are fetched first may know more than those that are there.
function assertListed(
  names: readonly string[],
  { update }: PackagesArgs,
  { packages: found, listed }: PackagesState,
): void {
  const unknown = names.filter(
    (name) =>
      found[name]?.installed !== true &&
      (listed[name] === 'no' || (listed[name] === 'unlisted' && update === 'never')),
  )
  if (unknown.length === 0) return
  const message = `the package lists of the host do not know ${unknown.join(', ')}`
  throw new UserError('E_NO_PACKAGE', message, {
    hint: 'Check the name, or add the repository that contains the package in an earlier task.',
  })
}

function describe(name: string, wanted: PackagesArgs, state: PackagesState): Change {
  const { packages: found, listed, versions } = state
  const is = found[name]?.installed === true
  const doubt = !is && listed[name] === 'unlisted' ? ', if newer package lists have it' : ''
  const version = versions[name]
  if (version === undefined || !is)
    return { what: name, from: is ? 'installed' : 'absent', to: (wanted.state ?? 'present') + doubt }
  return { what: name, from: version.installed, to: version.fresh ? version.candidate : 'latest' }
}

/** The packages that are not as wanted. Those whose lists are old may be out of date: they are looked up anew. */
export function toDo(wanted: PackagesArgs, { packages: found, versions }: PackagesState): string[] {
  const { state, update } = wanted
  return listOf(wanted).filter((name) => {
    const installed = found[name]?.installed === true
    const version = versions[name]
    if (state === 'absent') return installed
    if (!installed || version === undefined) return !installed
    return (update !== 'never' && !version.fresh) || version.installed !== version.candidate
  })
}
