import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** How long a command took, and what it said. */
export interface Timed {
  readonly wallS: number
  /** Processor time of the command and of all that it waited for. */
  readonly cpuS: number
  readonly code: number
  readonly output: string
  readonly errors: string
  /** It was killed, because it took longer than it may; its numbers mean nothing. */
  readonly late: boolean
}

// bash itself measures: it knows the processor time of what a command waited for, and takes 1 ms.
const SCRIPT = '{ time "$@" 2>&4 3>&- 4>&-; } 2>&3'

export interface TimedOptions {
  /** For what the command prints: files, because what a tool leaves running may keep them open. */
  readonly folder: string
  readonly cwd?: string
  readonly env: NodeJS.ProcessEnv
  /** Seconds, after which it is killed with all that it started. @default 600 */
  readonly mostS?: number
}

/** Runs a command to its end. */
export async function timed(
  argv: readonly string[],
  { folder, cwd = folder, env, mostS = 600 }: TimedOptions,
): Promise<Timed> {
  const files = ['output', 'times', 'errors'].map((name) => join(folder, name))
  const [out, times, errors] = files.map((file) => openSync(file, 'w')) as [number, number, number]
  const child = spawn('bash', ['-c', SCRIPT, 'bash', ...argv], {
    cwd,
    stdio: ['ignore', out, 'inherit', times, errors],
    env: { ...env, TIMEFORMAT: '%3R %3U %3S', LC_ALL: 'C.UTF-8' },
    // A group of its own, which can be killed whole.
    detached: true,
  })
  let late = false
  const timer = setTimeout(() => {
    late = true
    process.kill(-(child.pid ?? NaN), 'SIGKILL')
  }, mostS * 1000)
  const [code] = (await once(child, 'exit')) as [number | null]
  clearTimeout(timer)
  for (const file of [out, times, errors]) closeSync(file)
  const [printed = '', measured = '', said = ''] = files.map((file) => readFileSync(file, 'utf8'))
  const [wallS = NaN, user = NaN, system = NaN] = measured.trim().split(' ').map(Number)
  const took = late ? { wallS: mostS, cpuS: 0 } : { wallS, cpuS: user + system }
  return { ...took, code: code ?? 1, output: printed, errors: said, late }
}

/** The environment of a tool: nothing of npm and of whoever runs the bench but where programs are. */
export const plainEnv = (home: string): NodeJS.ProcessEnv => ({
  HOME: home,
  PATH: process.env['PATH'],
  // Where a tool of Python is that is not installed for all.
  PYTHONPATH: process.env['PYTHONPATH'],
})
