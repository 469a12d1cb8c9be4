import { paths } from '../../core/resource.ts'
import { type HostFact, hostFact } from './shared/host-fact.ts'
import { type Lines, matching } from './shared/lines.ts'
import { virtualization } from './shared/virtualization.ts'

/** Distributions that are managed alike. */
export type OsFamily = 'debian' | 'redhat' | 'alpine' | 'suse' | 'arch' | 'gentoo' | 'other'

/** The operating system of a host. */
export interface Os {
  /** `ID` of os-release, such as `debian`, `ubuntu`, `alpine`. `linux` where the host does not say. */
  readonly id: string
  /** `ID_LIKE`: the distributions that it is made from, the closest first. Ubuntu says `debian`. */
  readonly idLike: readonly string[]
  /** For people: `Debian GNU/Linux 12 (bookworm)`. */
  readonly name: string
  /** `VERSION_ID`: `12`, `24.04`, `3.21.0`. Empty for rolling ones. */
  readonly version: string
  /** `VERSION_CODENAME`: `bookworm`. Empty where there is none. */
  readonly codename: string
  readonly family: OsFamily
  /** The release of the kernel, as `uname -r` prints it. */
  readonly kernel: string
  /** As `uname -m` prints it: `x86_64`, `aarch64`. */
  readonly architecture: string
  /** As `uname -n` prints it. */
  readonly hostname: string
  /** `systemd`, `openrc`, or the name of process 1. */
  readonly init: string
  /** The hypervisor below: `kvm`, `vmware`, `xen`, `hyper-v`, `virtualbox`, or `other`. Undefined on a real machine. */
  readonly virtualization: string | undefined
  /** What the host is a container of: `docker`, `podman`, `lxc`, `systemd-nspawn` … Undefined where it is none. */
  readonly container: string | undefined
}

const SCRIPT = `for f in /etc/os-release /usr/lib/os-release; do
  [ -r "$f" ] || continue
  sed 's/^/release /' "$f"
  echo
  break
done
echo "kernel $(uname -r)"
echo "architecture $(uname -m)"
echo "hostname $(uname -n)"
if [ -d /run/systemd/system ]; then echo init systemd
elif [ -d /run/openrc ]; then echo init openrc
elif [ -r /proc/1/comm ]; then read -r c </proc/1/comm && echo "init $c"
fi
for f in sys_vendor product_name; do
  [ -r "/sys/class/dmi/id/$f" ] && sed 's/^/dmi /' "/sys/class/dmi/id/$f"
done
[ -r /sys/hypervisor/type ] && sed 's/^/hypervisor /' /sys/hypervisor/type
grep -q '^flags.* hypervisor' /proc/cpuinfo 2>/dev/null && echo guest yes
if [ -r /run/systemd/container ]; then sed 's/^/container /' /run/systemd/container; echo
elif [ -e /run/.containerenv ]; then echo container podman
elif [ -e /.dockerenv ]; then echo container docker
elif [ -r /proc/1/environ ]; then tr '\\000' '\\n' </proc/1/environ | sed -n 's/^container=/container /p'
fi
exit 0`

/**
 * The operating system: distribution, version, kernel, architecture, host name, init system, virtualization.
 *
 * @dryRun Asks the host in a dry run too, and is ok. Unknown after a `packages` or `hostname` task that would change, so list it
 * before them; tasks that are made from it are then unknown too.
 *
 * @example
 * const os = facts.os('os')
 * return [os, packages('web server', from(os, ({ family }) => ({ names: family === 'redhat' ? 'httpd' : 'apache2' })))]
 */
export const os: HostFact<Os> = hostFact({
  name: 'os',
  script: SCRIPT,
  parse,
  sees: ['/etc/os-release', '/usr/lib/os-release', '/etc/hostname'].map(paths.at),
})

function parse(lines: Lines): Os {
  const release = new Map(
    matching(lines.all('release'), /^([A-Z][A-Z0-9_]{0,63})=(.{0,4096})$/, ([, name = '', value = '']) => [
      name,
      unquoted(value),
    ]).map(([name = '', value = '']): [string, string] => [name, value]),
  )
  const word = (name: string): string => /^[\w.+~-]{0,128}$/.exec(release.get(name) ?? '')?.[0] ?? ''
  const id = word('ID') || 'linux'
  const idLike = (release.get('ID_LIKE') ?? '').split(/\s+/).filter((one) => /^[\w.-]{1,64}$/.test(one))
  return {
    id,
    idLike,
    name: printable(release.get('PRETTY_NAME') ?? release.get('NAME') ?? id),
    version: word('VERSION_ID'),
    codename: word('VERSION_CODENAME'),
    family: familyOf([id, ...idLike]),
    kernel: printable(lines.first('kernel')),
    architecture: printable(lines.first('architecture')),
    hostname: printable(lines.first('hostname')),
    init: printable(lines.first('init')),
    virtualization: virtualization(lines),
    container: /^[\w-]{1,64}$/.exec(lines.first('container'))?.[0],
  }
}

const FAMILIES: Readonly<Record<Exclude<OsFamily, 'other'>, readonly string[]>> = {
  debian: ['debian', 'ubuntu', 'raspbian', 'linuxmint', 'devuan'],
  redhat: ['rhel', 'fedora', 'centos', 'rocky', 'almalinux', 'ol', 'amzn'],
  alpine: ['alpine'],
  suse: ['suse', 'opensuse', 'sles', 'opensuse-leap', 'opensuse-tumbleweed'],
  arch: ['arch', 'manjaro'],
  gentoo: ['gentoo'],
}

function familyOf(ids: readonly string[]): OsFamily {
  const families = Object.entries(FAMILIES) as [Exclude<OsFamily, 'other'>, readonly string[]][]
  for (const id of ids) {
    const family = families.find(([, members]) => members.includes(id))
    if (family !== undefined) return family[0]
  }
  return 'other'
}

// os-release is written as assignments of a shell, and is never run as one.
function unquoted(value: string): string {
  const text = value.trim()
  const inner = /^"(.*)"$|^'(.*)'$/.exec(text)
  return (inner?.[1] ?? inner?.[2] ?? text).replace(/\\(.)/g, '$1')
}

// eslint-disable-next-line no-control-regex
const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f]/g, '').slice(0, 256)
