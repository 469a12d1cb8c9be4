import type { Reader } from '../../../core/probe.ts'
import { type Resource, type ResourceKind, defineResourceKind, paths } from '../../../core/resource.ts'
import { quote } from '../../../core/sh.ts'

export type PackageManager = 'apt' | 'apk' | 'dnf' | 'none'

/** Packages of the host's manager, by name: `installedPackages.at('nginx')`. */
export const installedPackages: ResourceKind = defineResourceKind('package')

/** A package, as far as it can be foretold. Versions are for {@link packageVersion}. */
export interface Package {
  readonly manager: PackageManager
  readonly installed: boolean
}

/** One query for all packages, by whichever manager the host has. */
export const packageInstalled: Reader<Package> = {
  name: 'package',
  ask: (names) => `set -- ${names.map(quote).join(' ')}\n${SCRIPT}`,
  parse: (reply, names) => {
    const [manager = '', ...lines] = reply.stdout.toString().split('\n')
    const known = MANAGERS.find((one) => one === manager)
    if (known === undefined)
      throw new Error(`which packages there are was not answered: ${reply.stderr.toString()}`)
    const installed = new Set(lines.flatMap(known === 'apt' ? dpkgNames : (line) => [line]))
    return names.map((name) => ({ manager: known, installed: installed.has(name) }))
  },
  sees: (name) => [installedPackages.at(name), ...DATABASES],
}

const MANAGERS: readonly PackageManager[] = ['apt', 'apk', 'dnf', 'none']
export const DATABASES: readonly Resource[] = [
  '/var/lib/dpkg',
  '/lib/apk',
  '/usr/lib/apk',
  '/var/lib/rpm',
  '/usr/lib/sysimage/rpm',
].map(paths.below)

// The tools complain about names that they do not know, and go on.
const SCRIPT = `LC_ALL=C
export LC_ALL
has() { command -v "$1" >/dev/null; }
if has dpkg-query && has apt-get; then
  echo apt
  dpkg-query -W -f '\${Package}\\t\${Architecture}\\t\${db:Status-Abbrev}\\n' -- "$@" 2>/dev/null
elif has apk; then
  echo apk
  apk info -e "$@" 2>/dev/null
elif has rpm && { has dnf || has microdnf || has yum; }; then
  echo dnf
  rpm -q --qf '%{NAME}\\n' "$@" 2>/dev/null
else
  echo none
fi
exit 0`

// The second letter says what is there: rc is gone but for its configuration, iF is not set up yet.
function dpkgNames(line: string): string[] {
  const [name = '', architecture = '', status = ''] = line.split('\t')
  return /^.i/.test(status) ? [name, `${name}:${architecture}`] : []
}
