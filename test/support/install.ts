import { execFileSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'

const POLICY = '/usr/sbin/policy-rc.d'
let updated = false

/** Installs Debian's package when `program`, a path, is missing. Daemons that it brings are not started. */
export function install(program: string, name: string): void {
  if (existsSync(program)) return
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version'))
    throw new Error(`this test needs ${program}: install ${name}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...args: string[]) =>
    execFileSync('apt-get', ['-q', ...args], { stdio: ['ignore', 'ignore', 'pipe'], env })
  if (!updated) apt('update')
  updated = true
  // A test's sshd or PostgreSQL is its own; the machine's stays off.
  const ours = !existsSync(POLICY)
  if (ours) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    apt('install', '-y', '--no-install-recommends', name)
  } finally {
    if (ours) rmSync(POLICY, { force: true })
  }
}
