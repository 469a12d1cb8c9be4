import { type Probe, ask, askAll } from '../../../core/probe.ts'
import { type Listed, packageListed } from './listed-reader.ts'
import { type PackageVersion, packageVersion } from './version-reader.ts'
import { type Package, packageInstalled } from './reader.ts'
import { type PackagesArgs, listOf } from './args.ts'

/** What is there of the packages, by name. */
export interface PackagesState {
  readonly packages: Readonly<Record<string, Package>>
  /** Only where they are to be there. */
  readonly listed: Readonly<Record<string, Listed>>
  /** Only where the latest is wanted. */
  readonly versions: Readonly<Record<string, PackageVersion>>
}

export function probe(wanted: PackagesArgs): Probe<PackagesState> {
  const names = listOf(wanted)
  return askAll<PackagesState>({
    packages: byName(names, (name) => ask(packageInstalled, name)),
    listed: byName(wanted.state === 'absent' ? [] : names, (name) => ask(packageListed, name)),
    versions: byName(wanted.state === 'latest' ? names : [], (name) => ask(packageVersion, name)),
  })
}

const byName = <Answer>(
  names: readonly string[],
  one: (name: string) => Probe<Answer>,
): Probe<Readonly<Record<string, Answer>>> =>
  askAll(Object.fromEntries(names.map((name) => [name, one(name)])))
