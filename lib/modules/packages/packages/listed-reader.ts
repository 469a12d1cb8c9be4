import type { Reader } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { quote } from '../../../core/sh.ts'
import { installedPackages } from './reader.ts'

/**
 * Whether a package can be installed: `no` where package lists of today do not have it; `unlisted` where the lists are
 * older than that or than the sources, so that newer ones may have it. Managers that cannot tell without the network answer `yes`.
 */
export type Listed = 'yes' | 'no' | 'unlisted'

/** Costs the manager a look into its lists, for packages that are not installed. */
export const packageListed: Reader<Listed> = {
  name: 'package-listed',
  ask: (names) => `set -- ${names.map(quote).join(' ')}\n${SCRIPT}`,
  parse: ({ stdout }, names) => {
    const [age = '', ...lines] = stdout.toString().split('\n')
    const has = new Set<string>()
    let current = ''
    for (const line of lines) {
      const [, name] = /^(\S+):$/.exec(line) ?? []
      const [, candidate] = /^ {2}Candidate: (.+)$/.exec(line) ?? []
      if (name !== undefined) current = name
      if (candidate !== undefined && candidate !== '(none)') has.add(current)
      if (line.startsWith('installed ')) has.add(line.slice('installed '.length))
    }
    // apt leaves out the host's own architecture.
    const known = (name: string): boolean => has.has(name) || has.has(name.replace(/:[^:]*$/, ''))
    return names.map((name) => (age === 'none' || known(name) ? 'yes' : age === 'fresh' ? 'no' : 'unlisted'))
  },
  sees: (name) => [installedPackages.at(name), ...LISTS.map(paths.below)],
}

const LISTS = [
  '/var/lib/dpkg',
  '/var/lib/apt',
  '/etc/apt',
  '/lib/apk',
  '/usr/lib/apk',
  '/etc/apk',
  '/var/cache/apk',
  '/var/lib/rpm',
  '/usr/lib/sysimage/rpm',
  '/etc/dnf',
  '/etc/yum.repos.d',
  '/var/cache/dnf',
  '/var/cache/libdnf5',
]

const SCRIPT = `LC_ALL=C
export LC_ALL
lists=/var/lib/apt/lists
has() { command -v "$1" >/dev/null; }
# recent FOLDER PATTERN: lists of today
recent() { [ -n "$(find "$1" -name "$2" -mmin -1440 2>/dev/null | head -n 1)" ]; }
if ! has apt-cache || ! has dpkg-query; then
  if has apk; then
    if recent /etc/apk/cache/ 'APKINDEX*' || recent /var/cache/apk 'APKINDEX*'; then echo fresh; else echo old; fi
    for name do
      if apk info -e "$name" || [ -n "$(apk policy "$name")" ]; then echo "installed $name"; fi
    done </dev/null 2>/dev/null | grep '^installed '
  elif has rpm && has dnf; then
    if recent /var/cache/dnf repomd.xml || recent /var/cache/libdnf5 repomd.xml; then echo fresh; else echo old; fi
    for name do
      shift
      if rpm -q "$name" >/dev/null 2>&1; then echo "installed $name"; else set -- "$@" "$name"; fi
    done
    [ $# -eq 0 ] || dnf -q -C repoquery --qf '%{name}\\n' "$@" </dev/null 2>/dev/null | sed -n 's/^..*/installed &/p'
  else
    echo none
  fi
  exit 0
fi
fresh() {
  [ -n "$(find $lists -maxdepth 0 -mmin -1440 2>/dev/null)" ] || return 1
  [ -n "$(find $lists -maxdepth 1 -name '*Packages*' 2>/dev/null)" ] || return 1
  [ -z "$(find /etc/apt/sources.list /etc/apt/sources.list.d -newer $lists 2>/dev/null)" ]
}
if fresh; then echo fresh; else echo old; fi
format='\${Package} \${Package}:\${Architecture} \${db:Status-Abbrev}\\n'
installed=" $(dpkg-query -W -f "$format" -- "$@" 2>/dev/null | sed -n 's/ .i[^ ]* *$//p' | tr '\\n' ' ') "
for name do
  shift
  case $installed in
    *" $name "*) echo "installed $name" ;;
    *) set -- "$@" "$name" ;;
  esac
done
[ $# -eq 0 ] || apt-cache -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= policy "$@" </dev/null 2>/dev/null
exit 0`
