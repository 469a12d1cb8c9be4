import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

export interface RunOptions {
  /** Written to the child's standard input, the way a password gets there without being in any argv. */
  input?: string
  env?: Record<string, string>
  cwd?: string
  timeoutMs?: number
}

export class RunError extends Error {
  readonly argv: readonly string[]
  readonly output: string

  constructor(argv: readonly string[], reason: string, output: string) {
    super(
      `${argv.slice(0, 4).join(' ')}${argv.length > 4 ? ' …' : ''}: ${reason}\n${lastLines(output, 15)}`.trimEnd(),
    )
    this.argv = argv
    this.output = output
  }
}

/** Runs a command without a shell and gives back what it wrote to standard output. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const [command = '', ...args] = argv
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: 'pipe',
    })
    let stdout = ''
    let all = ''
    let late = false
    const timer = options.timeoutMs
      ? setTimeout(() => {
          late = true
          child.kill('SIGKILL')
        }, options.timeoutMs)
      : undefined

    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      all += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      all += text
    })
    // A child that ends without reading its input is judged by its exit status alone.
    child.stdin.on('error', () => {})
    child.stdin.end(options.input ?? '')

    child.on('error', (error) => {
      clearTimeout(timer)
      reject(new RunError(argv, error.message, all))
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      if (code === 0) resolve(stdout)
      else if (late) reject(new RunError(argv, `no end after ${options.timeoutMs} ms`, all))
      else reject(new RunError(argv, signal ? `ended by ${signal}` : `exit ${code}`, all))
    })
  })
}

/** Runs a command with our own terminal and gives back its exit status. */
export function runVisibly(argv: readonly string[]): Promise<number> {
  const [command = '', ...args] = argv
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit' })
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 130))
  })
}

/** The command's output, or undefined where it fails: for questions that "no" is a good answer to. */
export async function tryRun(argv: readonly string[], options: RunOptions = {}): Promise<string | undefined> {
  try {
    return await run(argv, options)
  } catch {
    return undefined
  }
}

/** Asks until the answer is not undefined. */
export async function until<T>(
  what: string,
  timeoutMs: number,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  const end = Date.now() + timeoutMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > end) throw new Error(`${what}: still waiting after ${timeoutMs / 1000} s`)
    await sleep(200)
  }
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n')
}
