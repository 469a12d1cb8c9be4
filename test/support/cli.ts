import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { COMPILED } from './compiled.ts'

const BIN = join(COMPILED, 'bin/run-playbook.js')

/** A project of a user, in a folder of its own. */
export interface Project {
  readonly folder: string
  readonly write: (name: string, text: string) => string
  readonly remove: () => void
}

/** The inventory of one host, which is this machine. */
export const LOCAL_INVENTORY = `
import { defineInventory } from 'run-playbook'
export default defineInventory({ hosts: { here: { address: '127.0.0.1', connection: 'local' } } })
`

/** A playbook of one play on this machine. @param tasks source text of a list */
export const playbookOf = (tasks: string, more = ''): string => `
import { definePlay, definePlaybook, pattern, shell } from 'run-playbook'
export default definePlaybook({
  description: 'test',
  plays: () => [definePlay({ name: 'p', hosts: pattern('all'), become: false, tasks: () => ${tasks} })],
  ${more}
})
`

/** @param files text by name */
export function project(files: Readonly<Record<string, string>> = {}): Project {
  const folder = mkdtempSync(join(tmpdir(), 'run-playbook-project-'))
  const write = (name: string, text: string): string => {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  }
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(COMPILED, join(folder, 'node_modules', 'run-playbook'))
  write('package.json', '{"type":"module"}')
  write('inventory.ts', LOCAL_INVENTORY)
  for (const [name, text] of Object.entries(files)) write(name, text)
  const remove = (): void => removeFolder(folder)
  return { folder, write, remove }
}

/** What is left of a run that was killed may write one more file meanwhile; maxRetries does not look for it. */
function removeFolder(folder: string): void {
  for (let left = 50; ; left--) {
    try {
      return rmSync(folder, { recursive: true, force: true })
    } catch (error) {
      if (left === 0) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
    }
  }
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  readonly printed: () => { readonly stdout: string; readonly stderr: string }
}

export interface How {
  readonly env?: NodeJS.ProcessEnv
  /** What is typed; otherwise standard input is empty. */
  readonly input?: string
  readonly cwd?: string
  /** Standard output, as a file descriptor. @default a pipe */
  readonly stdout?: number
}

/** Starts the real command in a project. */
export function start({ folder }: Pick<Project, 'folder'>, args: readonly string[], how: How = {}): Started {
  const env = { ...process.env, RUN_PLAYBOOK_STATE: join(folder, 'state'), HOME: folder, ...how.env }
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: how.cwd ?? folder,
    env,
    stdio: ['pipe', how.stdout ?? 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  child.stdin?.on('error', () => {})
  child.stdin?.end(how.input ?? '')
  const ended = new Promise<Ended>((done, fail) => {
    child.once('error', fail)
    child.once('close', (status, signal) => done({ code: status, signal, stdout, stderr }))
  })
  return { child, ended, printed: () => ({ stdout, stderr }) }
}

export const runCli = (
  own: Pick<Project, 'folder'>,
  args: readonly string[],
  how: How = {},
): Promise<Ended> => start(own, args, how).ended

/** The lines of `--output json`. Each must be an object. */
export function objects(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

/** Waits until it is true, at most a minute. */
export async function until(what: string, check: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!check()) {
    if (Date.now() > deadline) throw new Error(`${what} did not happen`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
