import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/**
 * One at a time: test processes that run side by side may need the same package, and the lab installs some too. Others, such as
 * unattended-upgrades, are waited for.
 */
const INSTALL = `
  [ -e "$1" ] && exit 0
  # A test's sshd or PostgreSQL is its own; the machine's stays off.
  policy=/usr/sbin/policy-rc.d
  if ! [ -e $policy ]; then
    trap 'rm -f $policy' EXIT
    printf '#!/bin/sh\\nexit 101\\n' >$policy && chmod 755 $policy
  fi
  { [ -z "$3" ] || apt-get -q update; } && apt-get -q -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "$2"`
let updated = false

/** Installs Debian's package when `program`, a path, is missing. Daemons that it brings are not started. */
export function install(program: string, name: string): void {
  if (existsSync(program)) return
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version'))
    throw new Error(`this test needs ${program}: install ${name}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const args = ['/var/lib/apt', 'sh', '-c', INSTALL, 'sh', program, name, updated ? '' : 'update']
  execFileSync('flock', args, { stdio: ['ignore', 'ignore', 'pipe'], env })
  updated = true
}
