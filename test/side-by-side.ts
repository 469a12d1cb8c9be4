/**
 * Runs groups of tests side by side, each in a Mocha process of its own. Most tests wait more than they work, so two groups a
 * core run at a time. They begin in the order in which they are given: the longest comes first. What they print is mixed suite
 * by suite. What failed comes last of all, group by group: a log may keep its end only.
 *
 *     tsx test/side-by-side.ts 'test/transport/*.test.ts' -- 'test/unit/**\/*.test.ts'
 *
 * Runs on one machine keep each other out with its lock, and write down there which handlers are owed. So each group has a lock
 * and a state folder of its own in their places. Where that cannot be (not root, or no namespaces), the groups run one after
 * the other. Tests that start a Docker engine would have it in these places: `--same-places` before the groups leaves them as
 * they are, and is for tests that take neither the lock nor the state folder. A group that is a program, not tests, makes what
 * later tests need; it is left the places of the machine too.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import pLimit from 'p-limit'

const LOCK = '/run/run-playbook.lock'
const STATE = '/var/lib/run-playbook'
const OWN_PLACES = [
  'unshare',
  '--mount',
  'sh',
  '-c',
  `mount --bind "$0/lock" ${LOCK} && mount --bind "$0/state" ${STATE} && exec "$@"`,
] as const

const groups: string[][] = [[]]
const words = process.argv.slice(2)
const samePlaces = words[0] === '--same-places'
for (const word of samePlaces ? words.slice(1) : words) {
  if (word === '--') groups.push([])
  else groups.at(-1)?.push(word)
}
const folder = mkdtempSync(join(tmpdir(), 'rp-locks.'))
const children = new Set<ChildProcess>()
let stopped = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    stopped = true
    children.forEach((child) => child.kill(signal))
  })

/** A folder with a lock and the state of one machine. */
const placesOf = (index: number): string => {
  const own = join(folder, String(index))
  mkdirSync(join(own, 'state'), { recursive: true })
  writeFileSync(join(own, 'lock'), '', { mode: 0o600 })
  return own
}

function canHaveOwnPlaces(): boolean {
  if (process.getuid?.() !== 0) return false
  try {
    // Made when they are not there.
    appendFileSync(LOCK, '')
    mkdirSync(STATE, { recursive: true })
    const [program, ...args] = [...OWN_PLACES, placesOf(0), 'true'] as const
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Prints whole suites, and holds what comes after them: Mocha's summary, or all that a process printed that died. */
class Printed {
  #held = ''
  #over = false

  add(text: string): void {
    this.#held += text
    this.#over ||= /^ +\d+ passing/m.test(this.#held)
    if (this.#over) return
    const end = this.#held.lastIndexOf('\n\n') + 2
    if (end < 2) return
    process.stdout.write(this.#held.slice(0, end))
    this.#held = this.#held.slice(end)
  }

  /** @returns what was held */
  end(): string {
    return this.#held
  }
}

/** @returns what failed, or undefined where all passed */
function start(index: number, files: readonly string[], own: boolean): Promise<string | undefined> {
  const isProgram = /(?<!\.test)\.ts$/.test(files[0] ?? '')
  const how = isProgram ? ['--import=tsx'] : [resolve('node_modules/mocha/bin/mocha.js'), '--no-color']
  const node = [process.execPath, ...how, ...files]
  const [program = '', ...args] = own && !isProgram ? [...OWN_PLACES, placesOf(index), ...node] : node
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  children.add(child)
  const printed = new Printed()
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => printed.add(text))
  return new Promise((done) => {
    child.on('error', (error) => printed.add(`${error.message}\n`))
    child.on('close', (status, signal) => {
      children.delete(child)
      const summary = printed.end()
      if (status === 0) process.stdout.write(summary)
      const end = status === null ? `ended by ${signal}` : `status ${status}`
      done(status === 0 ? undefined : `${summary}\nNot all tests passed (${end}): ${files.join(' ')}`)
    })
  })
}

const own = !samePlaces && canHaveOwnPlaces()
const turn = pLimit(own || samePlaces ? 2 * availableParallelism() : 1)
const ends = groups.map((files, index) =>
  turn(() => (stopped ? `Not begun: ${files.join(' ')}` : start(index, files, own))),
)
const failures = (await Promise.all(ends)).filter((failure) => failure !== undefined)
rmSync(folder, { recursive: true, force: true })
for (const failure of failures) console.error(failure)
process.exitCode = failures.length === 0 ? 0 : 1
