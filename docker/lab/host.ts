import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { machineDir } from './machine.ts'
import { run, tryRun } from './run.ts'

// What an engine changes on the machine outside of its own folders, and how it gets back to what it was.

const forwarding = '/proc/sys/net/ipv4/ip_forward'
const remembered = join(machineDir, 'ip_forward.before')

export async function prepareHost(): Promise<void> {
  // An engine that was killed has it switched on already: the first answer is the true one.
  await writeFile(remembered, await readFile(forwarding), { flag: 'wx' }).catch(() => {})
}

export async function restoreHost(): Promise<void> {
  await tryRun(['ip', 'link', 'delete', 'docker0'])
  for (const family of ['iptables', 'ip6tables']) await removeRules(family)
  const before = await readFile(remembered, 'utf8').catch(() => undefined)
  if (before !== '0\n') return
  // Docker sets the policy to DROP only where it was the one to switch forwarding on.
  await tryRun(['iptables', '-P', 'FORWARD', 'ACCEPT'])
  await writeFile(forwarding, before)
  await rm(remembered)
}

// All of Docker's rules and chains name it, and the private engine runs only where no other one did.
async function removeRules(family: string): Promise<void> {
  const rules = await tryRun([`${family}-save`])
  if (!rules?.includes('DOCKER')) return
  const kept = rules.split('\n').filter((line) => !/docker/i.test(line))
  await run([`${family}-restore`], { input: kept.join('\n') })
}

/** Deepest first, because a mount may hold another one. */
export async function unmountBelow(folder: string): Promise<void> {
  const mounts = await readFile('/proc/mounts', 'utf8')
  const targets = mounts.split('\n').map((line) => line.split(' ')[1] ?? '')
  const ours = targets.filter((target) => target.startsWith(`${folder}/`))
  for (const target of ours.sort().reverse()) await tryRun(['umount', target])
}
