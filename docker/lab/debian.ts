import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { isRoot } from './machine.ts'
import { run } from './run.ts'
import { step, type Say } from './step.ts'

export const isDebian = existsSync('/etc/debian_version')

/** Each program the lab needs, and the package that brings it. */
const packageOf = {
  dockerd: 'docker.io',
  docker: 'docker.io',
  ip: 'iproute2',
  iptables: 'iptables',
  mmdebstrap: 'mmdebstrap',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
} as const

export type Program = keyof typeof packageOf

export async function ensurePrograms(say: Say, programs: readonly Program[]): Promise<void> {
  const missing = programs.filter((program) => !isInstalled(program))
  if (missing.length === 0) return
  if (!isDebian || !isRoot) {
    throw new Error(
      `${missing.join(', ')} not found; install it (on Debian or Ubuntu the lab does, as root) and repeat`,
    )
  }
  const packages = new Set<string>(missing.map((program) => packageOf[program]))
  // An Ubuntu host has no keys for Debian's packages by itself.
  if (missing.includes('mmdebstrap')) packages.add('debian-archive-keyring')
  say(`Missing here: ${missing.join(', ')}. Installing from Debian: ${[...packages].join(', ')}\n`)

  await aloneWithApt(async () => {
    await step(say, 'apt-get update', () => run(['apt-get', 'update', '-q']))
    // Since Debian 13 the client is a package of its own.
    if (missing.includes('docker') && (await run(['apt-cache', 'search', '--names-only', '^docker-cli$']))) {
      packages.add('docker-cli')
    }
    await step(say, 'apt-get install', () => withoutStartingDaemons(() => install([...packages])))
  })
}

/** Tests that run side by side may need packages at the same time: `test/support/install.ts` takes the same lock. */
async function aloneWithApt(work: () => Promise<void>): Promise<void> {
  const holder = spawn('flock', ['/var/lib/apt', 'sh', '-c', 'echo; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(holder, 'close')
  await Promise.race([once(holder.stdout, 'data'), ended])
  try {
    await work()
  } finally {
    holder.stdin.end()
    await ended
  }
}

function install(packages: readonly string[]): Promise<string> {
  // Somebody else may be installing: unattended-upgrades, or a person. apt gives up at once unless told to wait.
  const patient = ['-o', 'DPkg::Lock::Timeout=600']
  return run(['apt-get', 'install', '-q', '-y', '--no-install-recommends', ...patient, ...packages], {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  })
}

// docker.io starts an engine on the default socket when it is installed. The lab wants its own one, which
// `npm run lab:down` can remove completely.
async function withoutStartingDaemons(work: () => Promise<unknown>): Promise<void> {
  const policy = '/usr/sbin/policy-rc.d'
  const ours = !existsSync(policy)
  if (ours) await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    await work()
  } finally {
    if (ours) await rm(policy, { force: true })
  }
}

export function isInstalled(program: string): boolean {
  // Daemons live in sbin, which is not in everybody's PATH.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.some((folder) => existsSync(join(folder, program)))
}
