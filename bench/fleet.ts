import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CutLink, cutLink } from '../test/transport/cut-link.ts'
import { HOSTILE } from '../test/transport/faults/hostile.ts'
import { listen } from '../test/transport/faults/sockets.ts'
import { USER, startSshd } from '../test/transport/sshd.ts'
import type { BadHost, FleetRun, Measured } from './fleet-run.ts'
import { largestOf } from './largest-of.ts'

// usage: npm run bench:fleet [-- HOSTS]   (as root, on a machine where sshd can be started; 1000 hosts by default)
// How long the good ones of many hosts take beside bad ones, and by themselves; and how much memory the run takes. A tenth of
// the hosts is bad: a fourth each is dead, slow, silent or hostile. The good ones are logins to a real sshd of this machine.
const [count = '1000'] = process.argv.slice(2)
const BAD = Math.round(Number(count) / 10)
const GOOD = Number(count) - BAD

const folder = mkdtempSync(join(tmpdir(), 'rp-fleet.'))
const listeners = await listen()
// One server for all of them: it must not drop logins because they are many.
const sshd = await startSshd('MaxStartups 5000')
const links = new Map<string, CutLink>()
const lock = `/tmp/run-playbook-${execFileSync('id', ['-u', USER]).toString().trim()}.lock`
try {
  chmodSync(folder, 0o755)
  const alone = await measure([], '')
  const bad = Array.from({ length: BAD }, (_, i) => `bad-${i}`)
  const blocks = await Promise.all(bad.map(blockOf))
  const mixed = await measure(bad.map(conductOf), blocks.join(''))
  show(alone, mixed)
} finally {
  for (const link of links.values()) await link.close()
  listeners.close()
  await sshd.stop()
  rmSync(lock, { force: true })
  rmSync(folder, { recursive: true })
}

/** What is wrong with a host: dead, slow, silent and hostile ones take turns, so that none has the first places. */
function conductOf(name: string, i: number): BadHost {
  const turn = Math.floor(i / 4)
  if (i % 4 === 3) return { name, hostile: HOSTILE[turn % HOSTILE.length] }
  if (i % 4 === 2 && turn % 3 === 1) return { name, hostile: 'stops answering after a shell was started' }
  if (i % 4 === 2 && turn % 3 === 2) return { name, lostInChange: true }
  return { name }
}

async function blockOf(name: string, i: number): Promise<string> {
  const { hostile, lostInChange } = conductOf(name, i)
  if (hostile !== undefined) return ''
  if (lostInChange === true) {
    const link = await cutLink(sshd.port)
    links.set(name, link)
    return `Host ${name}\n  Port ${link.port}\n  HostKeyAlias [127.0.0.1]:${sshd.port}\n`
  }
  const { ports } = listeners
  const silent = ports['accepts the connection and sends nothing']
  const port = [1, ports['sends one character at a time, forever'], silent][i % 4]
  return `Host ${name}\n  Port ${port}\n`
}

/** A process of its own for each, because of the memory. */
async function measure(bad: readonly BadHost[], blocks: string): Promise<Measured> {
  const hosts = mkdtempSync(join(folder, 'hosts.'))
  chmodSync(hosts, 0o755)
  const good = Array.from({ length: GOOD }, (_, i) => `good-${i}`)
  for (const name of [...good, ...bad.map((one) => one.name)]) {
    mkdirSync(join(hosts, name))
    chmodSync(join(hosts, name), 0o777)
  }
  // The link of a host is lost when its change is under way.
  const begun = join(hosts, 'begun')
  mkdirSync(begun)
  chmodSync(begun, 0o777)
  const watcher = watch(begun, (_, name) => links.get(name ?? '')?.cutAfter(0, 'stalled'))
  const request: FleetRun = { folder: hosts, good, bad, config: sshd.sshConfig(blocks) }
  const script = join(import.meta.dirname, 'fleet-run.ts')
  const child = spawn(process.execPath, [...process.execArgv, script], { stdio: 'pipe' })
  const largest = largestOf(child.pid ?? 0)
  const said = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (said[0] += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said[1] += chunk.toString()))
  child.stdin.end(JSON.stringify(request))
  const code = await new Promise((resolve) => child.once('close', resolve))
  watcher.close()
  const [out = '', warnings = ''] = said
  if (code !== 0) throw new Error(`the run ended with ${String(code)}: ${warnings}`)
  const measured = JSON.parse(out) as Omit<Measured, 'warnings' | 'children' | 'childrenMb'>
  rmSync(hosts, { recursive: true })
  return { ...measured, warnings: warnings.trim(), ...largest() }
}

function show(alone: Measured, mixed: Measured): void {
  const row = (name: string, of: (measured: Measured) => string | number): string =>
    `| ${name} | ${of(alone)} | ${of(mixed)} |`
  const lines = [
    `| ${GOOD} good hosts, 8 tasks each | alone | beside ${BAD} bad ones |`,
    '|---|---|---|',
    row('the good ones are done after', ({ goodS }) => `${goodS} s`),
    row('the run ends after', ({ allS }) => `${allS} s`),
    row('processor time of the run itself', ({ cpuS }) => `${cpuS} s`),
    row('most memory of the run itself', ({ mb }) => `${mb} MB`),
    row('most processes that it had started at a time', ({ children }) => children),
    row('most memory of those', ({ childrenMb }) => `${childrenMb} MB`),
    row('tasks done on good hosts', ({ tasks }) => tasks),
    row('bad hosts that are told of', ({ troubled }) => troubled),
    row('printed by Node itself', ({ warnings }) => warnings || 'nothing'),
  ]
  console.log(`\n${lines.join('\n')}`)
  const results = { at: new Date().toISOString(), good: GOOD, bad: BAD, alone, mixed }
  mkdirSync('bench/results', { recursive: true })
  writeFileSync('bench/results/fleet.json', `${JSON.stringify(results, null, 2)}\n`)
}
