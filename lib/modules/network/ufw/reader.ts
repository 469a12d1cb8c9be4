import { UserError } from '../../../core/errors.ts'
import { type Reader, type Reply, readerOfOne } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { services } from '../../shared/service.ts'

/** What ufw is told to do, and whether it does it. */
export interface UfwStatus {
  /** It is started at boot. */
  readonly enabled: boolean
  /** Its chains are in the kernel. */
  readonly running: boolean
  readonly ipv6: boolean
  /** `off`, `low` … */
  readonly logging: string
  readonly incoming: string
  readonly outgoing: string
  readonly routed: string
  /** Rules for IPv4 in their order, as in `/etc/ufw/user.rules`: `allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in`. */
  readonly rules: readonly string[]
  /** Rules for IPv6. */
  readonly rules6: readonly string[]
  /** Names of application profiles. */
  readonly apps: readonly string[]
  /** Rules files that are not as they were installed. */
  readonly edited: readonly string[]
}

// ufw keeps its rules as comments of its own, which is what it reads itself.
const SCRIPT = `LC_ALL=C PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH
command -v ufw >/dev/null || { echo none; exit 0; }
cd /etc/ufw && [ -r user.rules ] && [ -r user6.rules ] || { echo "/etc/ufw cannot be read" >&2; exit 1; }
echo found
sed -n 's/^ *\\(ENABLED\\|LOGLEVEL\\) *= *"*\\([A-Za-z]*\\).*/set \\1 \\2/p' ufw.conf
sed -n 's/^ *\\(IPV6\\|DEFAULT_[A-Z]*_POLICY\\) *= *"*\\([A-Za-z]*\\).*/set \\1 \\2/p' /etc/default/ufw
! iptables -n -L ufw-user-input >/dev/null 2>&1 || echo set RUNNING yes
sed -n 's/^### tuple ### */rule4 /p' user.rules
sed -n 's/^### tuple ### */rule6 /p' user6.rules
for file in applications.d/*; do [ ! -f "$file" ] || sed -n 's/^\\[\\(.*\\)\\] *$/app \\1/p' "$file"; done
for file in before after user before6 after6 user6; do
  cmp -s "$file.rules" "/usr/share/ufw/iptables/$file.rules" || echo "edited $file.rules"
done`

const POLICIES: Readonly<Record<string, string>> = { ACCEPT: 'allow', REJECT: 'reject', DROP: 'deny' }

/** Undefined where the host has no ufw. */
export const ufwStatus: Reader<UfwStatus | undefined> = readerOfOne<UfwStatus | undefined>({
  name: 'ufw',
  ask: () => SCRIPT,
  parse,
  sees: () => [
    paths.below('/etc/ufw'),
    paths.at('/etc/default/ufw'),
    paths.at('/usr/sbin/ufw'),
    paths.below('/usr/share/ufw'),
    services.at('ufw'),
  ],
})

function parse({ code, stdout, stderr }: Reply): UfwStatus | undefined {
  if (code !== 0)
    throw new UserError('E_CANNOT_LOOK', `ufw cannot be asked: ${stderr.toString().trim()}`, {
      hint: 'Set become: true for the task.',
    })
  const [head, ...lines] = stdout.toString().replace(/\n$/, '').split('\n')
  if (head === 'none') return undefined
  if (head !== 'found') throw new Error('ufw: no answer')
  const after = (word: string): string[] =>
    lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1).trimEnd()] : []))
  const set = (name: string): string =>
    after('set')
      .findLast((line) => line.startsWith(`${name} `))
      ?.slice(name.length + 1) ?? ''
  const policy = (chain: string): string => POLICIES[set(`DEFAULT_${chain}_POLICY`).toUpperCase()] ?? 'deny'
  const yes = (name: string): boolean => set(name).toLowerCase() === 'yes'
  return {
    enabled: yes('ENABLED'),
    running: yes('RUNNING'),
    ipv6: yes('IPV6'),
    logging: set('LOGLEVEL').toLowerCase() || 'off',
    incoming: policy('INPUT'),
    outgoing: policy('OUTPUT'),
    routed: policy('FORWARD'),
    rules: after('rule4'),
    rules6: after('rule6'),
    apps: after('app'),
    edited: after('edited'),
  }
}
