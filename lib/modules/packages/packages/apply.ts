import type { ShellStep } from '../../../core/module.ts'
import { quote } from '../../../core/sh.ts'
import { LOCK_WAIT, patience } from './locks.ts'
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

/**
 * How each manager does it, without asking anybody anything.
 *
 * @param lockWait seconds that another package manager is waited for
 */
export function packageStep(manager: PackageManager, work: PackageWork, lockWait = LOCK_WAIT): ShellStep {
  const known = manager === 'none' ? 'dnf' : manager
  const lines = { apt, apk, dnf }[known](work)
  return { script: ['set -eu', patience(known, lockWait), ...lines].join('\n'), timeoutMs: TIMEOUT_MS }
}

const words = (names: readonly string[]): string => names.map(quote).join(' ')

// A question about a configuration file that was edited is answered with: keep it. Nobody is asked, so without $keep apt would
// remove what is in the way without a word.
const APT = `export DEBIAN_FRONTEND=noninteractive LC_ALL=C
keep=
apt() {
  patiently apt-get -y -q -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold $keep "$@" && return
  code=$?
  [ -z "$keep" ] || gone=$(apt-get -s -q "$@" </dev/null 2>/dev/null | sed -n 's/^Remv \\([^ ]*\\).*/ \\1/p' | tr -d '\\n')
  [ -z "\${gone-}" ] || echo "apt would remove$gone: remove it in an earlier task, or allow that with allowRemoval: true" >&2
  return $code
}`

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
  if (verb === 'remove') return [`patiently apk del --no-progress ${words(names)}`]
  const add = `patiently apk add --no-progress ${words(names)}`
  return [update ? `${add} || { patiently apk update --no-progress && ${add}; }` : add]
}

const dnf = ({ verb, names }: PackageWork): string[] => [
  'tool=$(command -v dnf || command -v microdnf || command -v yum)',
  // Both wait by themselves for another of their kind, and not for rpm.
  `patiently "$tool" -y ${verb} ${words(names)}`,
]
