import type { Reader } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { quote } from '../../../core/sh.ts'
import { installedPackages } from './reader.ts'

/** The versions that apt knows of. */
export interface PackageVersion {
  /** `undefined` where it is not installed. */
  readonly installed: string | undefined
  /** The newest in the package lists; `undefined` where they do not have it. */
  readonly candidate: string | undefined
  /** The package lists are of today. */
  readonly fresh: boolean
}

/** Asked only by those who want the latest: it takes apt longer than `dpkg-query`. */
export const packageVersion: Reader<PackageVersion> = {
  name: 'package-version',
  ask: (names) => `set -- ${names.map(quote).join(' ')}\n${SCRIPT}`,
  parse: (reply, names) => {
    const [fresh = '', ...lines] = reply.stdout.toString().split('\n')
    const found = new Map<string, { installed?: string; candidate?: string }>()
    let current: { installed?: string; candidate?: string } = {}
    for (const line of lines) {
      const [, name] = /^(\S+):$/.exec(line) ?? []
      const [, key, version] = /^ {2}(Installed|Candidate): (.+)$/.exec(line) ?? []
      if (name !== undefined) found.set(name, (current = {}))
      if (key === 'Installed' && version !== undefined && version !== '(none)') current.installed = version
      if (key === 'Candidate' && version !== undefined && version !== '(none)') current.candidate = version
    }
    return names.map((name) => {
      const { installed, candidate } = found.get(name) ?? {}
      return { installed, candidate, fresh: fresh === 'fresh' }
    })
  },
  sees: (name) => [
    installedPackages.at(name),
    paths.below('/var/lib/dpkg'),
    paths.below('/var/lib/apt'),
    paths.below('/etc/apt'),
  ],
}

const SCRIPT = `LC_ALL=C
export LC_ALL
if [ -n "$(find /var/lib/apt/lists -maxdepth 0 -mmin -1440 2>/dev/null)" ]; then echo fresh; else echo old; fi
! command -v apt-cache >/dev/null || apt-cache -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= policy "$@" </dev/null
exit 0`
