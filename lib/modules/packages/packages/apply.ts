import type { ShellStep } from '../../../core/module.ts'
import { quote } from '../../../core/sh.ts'
import type { PackageManager } from './reader.ts'

export interface PackageWork {
  readonly verb: 'install' | 'remove'
  readonly names: readonly string[]
  /** May the package lists be fetched? */
  readonly update: boolean
  /** May packages go that are in the way? apt only. */
  readonly allowRemoval: boolean
}

const TIMEOUT_MS = 30 * 60_000

/** How each manager does it, without asking anybody anything. */
export function packageStep(manager: PackageManager, work: PackageWork): ShellStep {
  const lines = manager === 'apt' ? apt(work) : manager === 'apk' ? apk(work) : dnf(work)
  return { script: ['set -eu', ...lines].join('\n'), timeoutMs: TIMEOUT_MS }
}

const words = (names: readonly string[]): string => names.map(quote).join(' ')

// Another apt, such as the nightly upgrades, may hold the lock: wait for it. A question about a configuration file that
// was edited is answered with: keep it. What a killed dpkg left behind is finished first, as apt insists. Nobody is asked,
// so without $keep apt would remove what is in the way without a word.
const APT = `export DEBIAN_FRONTEND=noninteractive LC_ALL=C
keep=
apt() {
  apt-get -y -q -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold $keep "$@" </dev/null && return
  code=$?
  [ -z "$keep" ] || gone=$(apt-get -s -q "$@" </dev/null 2>/dev/null | sed -n 's/^Remv \\([^ ]*\\).*/ \\1/p' | tr -d '\\n')
  [ -z "\${gone-}" ] || echo "apt would remove$gone: remove it in an earlier task, or allow that with allowRemoval: true" >&2
  return $code
}
[ -z "$(ls -A /var/lib/dpkg/updates 2>/dev/null)" ] || dpkg --force-confdef --force-confold --configure -a </dev/null`

function apt({ verb, names, update, allowRemoval }: PackageWork): string[] {
  if (verb === 'remove') return [APT, `apt remove -- ${words(names)}`]
  // Lists that did not change keep the date that they have on the server, so the folder's date says when we looked.
  const refresh = `if [ -z "$(find /var/lib/apt/lists -maxdepth 0 -mmin -1440)" ] || ! apt-cache show -- ${words(names)} >/dev/null 2>&1; then
  apt update
  touch /var/lib/apt/lists
fi`
  const keep = allowRemoval ? [] : ["keep='-o APT::Get::Remove=false'"]
  return [
    APT,
    ...(update ? [refresh] : []),
    ...keep,
    `apt install --no-install-recommends -- ${words(names)}`,
  ]
}

function apk({ verb, names, update }: PackageWork): string[] {
  if (verb === 'remove') return [`apk del --no-progress ${words(names)}`]
  const add = `apk add --no-progress ${words(names)}`
  return [update ? `${add} || { apk update --no-progress && ${add}; }` : add]
}

const dnf = ({ verb, names }: PackageWork): string[] => [
  'tool=$(command -v dnf || command -v microdnf || command -v yum)',
  `"$tool" -y ${verb} ${words(names)} </dev/null`,
]
