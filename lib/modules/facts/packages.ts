import { DATABASES, installedPackages } from '../packages/packages/reader.ts'
import { type HostFact, hostFact } from './shared/host-fact.ts'
import { type Lines, matching } from './shared/lines.ts'

/** A package that is installed. */
export interface InstalledPackage {
  readonly name: string
  /** With epoch and release, as the package manager writes it: `2:8.2.3995-1`, `1.36.1-r29`. */
  readonly version: string
  /** As the package manager writes it: `amd64`, `all`, `x86_64`, `noarch`. */
  readonly architecture: string
}

const SCRIPT = `has() { command -v "$1" >/dev/null; }
if has dpkg-query && has apt-get; then
  dpkg-query -W -f 'deb \${Package}\\t\${Version}\\t\${Architecture}\\t\${db:Status-Abbrev}\\n' 2>/dev/null
elif has apk; then
  for f in /lib/apk/db/installed /usr/lib/apk/db/installed; do
    [ -r "$f" ] || continue
    sed -n 's/^\\([PVA]\\):/apk \\1 /p' "$f" || exit
    break
  done
elif has rpm; then
  rpm -qa --qf 'rpm %{NAME}\\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\\t%{ARCH}\\n' || exit
fi
exit 0`

/**
 * The packages that are installed, by dpkg, apk or rpm. Empty where the host has none of these.
 *
 * @dryRun Asks dpkg, rpm, or the database of apk in a dry run too, and is ok. Unknown after a `packages` task that would change,
 * because versions and dependencies are not foretold; tasks that are made from it are then unknown too.
 *
 * @example
 * const packages = facts.packages('packages')
 * return [packages, shell('warn', { script: 'logger old openssl' }, {
 *   when: from(packages, (all) => all.some(({ name, version }) => name === 'openssl' && version.startsWith('1.'))),
 * })]
 */
export const packages: HostFact<readonly InstalledPackage[]> = hostFact({
  name: 'packages',
  script: SCRIPT,
  parse,
  sees: [installedPackages.all, ...DATABASES],
})

const PACKAGE = /^([\w.+-]{1,256})\t([\w.+:~^-]{1,256})\t([\w-]{1,32})$/
const DEB = /^([\w.+-]{1,256})\t([\w.+:~^-]{0,256})\t([\w-]{1,32})\t(.{2,3})$/

function parse(lines: Lines): readonly InstalledPackage[] {
  const deb = matching(lines.all('deb'), DEB, ([, name = '', version = '', architecture = '', status = '']) =>
    // The second letter says what is there: rc is gone but for its configuration.
    status[1] === 'i' ? { name, version, architecture } : undefined,
  )
  const rpm = matching(lines.all('rpm'), PACKAGE, ([, name = '', version = '', architecture = '']) =>
    // Keys that rpm was told to trust; they are no packages.
    name === 'gpg-pubkey' ? undefined : { name, version, architecture },
  )
  return [...deb, ...apkPackages(lines.all('apk')), ...rpm]
}

/** Each package of apk's database begins with its name. */
function apkPackages(lines: readonly string[]): InstalledPackage[] {
  const found: { name: string; version: string; architecture: string }[] = []
  for (const line of lines) {
    const [, field, value = ''] = /^([PVA]) ([\w.+:~-]{1,256})$/.exec(line) ?? []
    const last = found.at(-1)
    if (field === 'P') found.push({ name: value, version: '', architecture: '' })
    else if (field === 'V' && last !== undefined) last.version = value
    else if (field === 'A' && last !== undefined) last.architecture = value
  }
  return found
}
