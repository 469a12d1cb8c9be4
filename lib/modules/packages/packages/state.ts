import { type Probe, ask } from '../../../core/probe.ts'
import { type PackageVersion, packageVersion } from './version-reader.ts'
import { type Package, packageInstalled } from './reader.ts'
import { type PackagesArgs, listOf } from './args.ts'

/** What is there of the packages, by name. */
export interface PackagesState {
  readonly packages: Readonly<Record<string, Package>>
  /** Only where the latest is wanted. */
  readonly versions: Readonly<Record<string, PackageVersion>>
}

export function probe(wanted: PackagesArgs): Probe<PackagesState> {
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
