/**
 * Runs groups of tests at the same time, each in a Mocha process of its own, and prints one after the other. Most tests
 * wait more than they work.
 *
 *     tsx test/side-by-side.ts 'test/transport/*.test.ts' -- 'test/unit/**\/*.test.ts'
 *
 * Runs on one machine keep each other out with its lock, so each group has a file of its own in the place of the lock. Where
 * that cannot be (not root, or no namespaces), the groups run one after the other.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const LOCK = '/run/run-playbook.lock'
const OWN_LOCK = ['unshare', '--mount', 'sh', '-c', `mount --bind "$0" ${LOCK} && exec "$@"`]

const groups: string[][] = [[]]
for (const word of process.argv.slice(2)) {
  if (word === '--') groups.push([])
  else groups.at(-1)?.push(word)
}
const folder = mkdtempSync(join(tmpdir(), 'rp-locks.'))
const children = new Set<ChildProcess>()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => children.forEach((child) => child.kill(signal)))

const lockOf = (index: number): string => {
  const file = join(folder, `${index}.lock`)
  writeFileSync(file, '', { mode: 0o600 })
  return file
}

function canHaveOwnLocks(): boolean {
  if (process.getuid?.() !== 0) return false
  try {
    // Made when it is not there.
    appendFileSync(LOCK, '')
    const [program = '', ...args] = [...OWN_LOCK, lockOf(0), 'true']
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** @returns how Mocha ended. @param print gets its output, when it is its turn */
function start(
  index: number,
  files: readonly string[],
  own: boolean,
  turn: Promise<unknown>,
): Promise<number> {
  const mocha = [process.execPath, resolve('node_modules/mocha/bin/mocha.js'), ...files]
  const [program = '', ...args] = own ? [...OWN_LOCK, lockOf(index), ...mocha] : mocha
  const env = process.stdout.isTTY ? { FORCE_COLOR: '1', ...process.env } : process.env
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env })
  children.add(child)
  let early = ''
  let print = (text: string): unknown => (early += text)
  void turn.then(() => {
    process.stdout.write(early)
    print = (text) => process.stdout.write(text)
  })
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => print(text))
  return new Promise((done) => {
    child.on('error', (error) => {
      print(`${error.message}\n`)
      done(1)
    })
    child.on('close', (status) => {
      children.delete(child)
      void turn.then(() => done(status ?? 1))
    })
  })
}

const own = canHaveOwnLocks()
let turn: Promise<unknown> = Promise.resolve()
const ends: Promise<number>[] = []
for (const [index, files] of groups.entries()) {
  if (!own) await turn
  const end = start(index, files, own, turn)
  ends.push(end)
  turn = end
}
const statuses = await Promise.all(ends)
rmSync(folder, { recursive: true, force: true })
const failed = groups.filter((_, index) => statuses[index] !== 0)
for (const files of failed) console.error(`Not all tests passed: ${files.join(' ')}`)
process.exitCode = failed.length === 0 ? 0 : 1
