import { spawn, spawnSync } from 'node:child_process'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ShellStep } from '../core/module.ts'
import type { Reply } from '../core/probe.ts'
import { isSecret, reveal } from '../core/secret.ts'

/** A shell that a host may have: the program and its arguments. `-c` and the script are added. */
export type TestShell = readonly string[]

const CANDIDATES: Readonly<Record<string, TestShell>> = {
  dash: ['dash'],
  bash: ['bash', '--posix'],
}

/**
 * The shells of this machine that hosts may have too, by name: `dash`, `bash`, `busybox`. With busybox come its own
 * tools, and nothing else: that is what Alpine has. One that is not installed is left out.
 *
 * @example
 * for (const [name, shell] of Object.entries(testShells()))
 *   it(`works under ${name}`, async () => { await driveTask(task, shell) })
 */
export function testShells(): Readonly<Record<string, TestShell>> {
  found ??= findShells()
  return found
}

let found: Readonly<Record<string, TestShell>> | undefined

function findShells(): Readonly<Record<string, TestShell>> {
  const works = ([program = '', ...rest]: TestShell): boolean =>
    spawnSync(program, [...rest, '-c', ':']).status === 0
  const shells = Object.fromEntries(Object.entries(CANDIDATES).filter(([, shell]) => works(shell)))
  const busybox = findBusybox()
  return busybox === undefined ? shells : { ...shells, busybox }
}

function findBusybox(): TestShell | undefined {
  const tools = mkdtempSync(join(tmpdir(), 'run-playbook-busybox-'))
  process.on('exit', () => rmSync(tools, { recursive: true, force: true }))
  if (spawnSync('busybox', ['--install', '-s', tools]).status !== 0) return undefined
  return ['env', '-i', `PATH=${tools}`, join(tools, 'sh')]
}

/** Runs one step as a host would. Nothing is on standard input unless the step says so. */
export async function runStep(shell: TestShell, { script, stdin }: ShellStep): Promise<Reply> {
  const [program = 'sh', ...rest] = shell
  const child = spawn(program, [...rest, '-c', script], { stdio: 'pipe' })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (data: Buffer) => out.push(data))
  child.stderr.on('data', (data: Buffer) => err.push(data))
  child.stdin.on('error', () => {})
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status) => resolve(status ?? -9))
    if (isSecret(stdin)) child.stdin.end(reveal(stdin))
    else if (typeof stdin === 'object' && 'file' in stdin) {
      const file = createReadStream(stdin.file).on('error', (error) => {
        child.stdin.destroy()
        reject(error)
      })
      file.pipe(child.stdin)
    } else child.stdin.end(stdin)
  })
  return { code, stdout: Buffer.concat(out), stderr: Buffer.concat(err) }
}
