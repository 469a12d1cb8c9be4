import { type ChildProcess, spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { type Lab, execOnNode, resetNodes, startLab } from '../../docker/lab/lab.ts'
import { stopLab } from '../../docker/lab/stop.ts'
import type { Recap, RunEvent, TaskEnded } from '../../lib/core/events.ts'
import { slowness } from '../support/slowness.ts'

export const NODES = ['node-a', 'node-b', 'node-c'] as const
const BIN = resolve('bin/run-playbook.js')
const NAME = process.env['LAB_NAME'] ?? 'test'
export const DIR = `.lab-${NAME}`

let running: Promise<Lab> | undefined

/** The lab of the tests. */
export function lab(): Promise<Lab> {
  running ??= startLab({ dir: DIR, name: NAME, say: (text) => console.log(`    ${text}`) })
  return running
}

export async function freshLab(): Promise<Lab> {
  const one = await lab()
  await resetNodes(one)
  return one
}

before(async function () {
  // On a fresh machine its images are made first: minutes, on a busy one many.
  this.timeout(3_600_000)
  await lab()
})

beforeEach(function () {
  const test = this.currentTest
  test?.timeout(test.timeout() * slowness())
})

after(async function () {
  this.timeout(600_000)
  if (running !== undefined && process.env['KEEP_LAB'] === undefined)
    await stopLab({ dir: DIR, name: NAME, keepImages: true })
})

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface JsonOutcome extends Outcome {
  readonly recap: Recap
  readonly tasks: readonly TaskEnded[]
  /** `node-a: postgres-node › task` of the tasks with this status. */
  readonly with: (...statuses: string[]) => string[]
}

/** Starts the real command; the lab's ssh config is added. */
export function start(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; done: Promise<Outcome> } {
  const config = env['TEST_SSH_CONFIG'] ?? `${DIR}/ssh_config`
  const child = spawn(process.execPath, [BIN, ...args, '--ssh-config', config], {
    env: { ...process.env, CI: 'true', NO_COLOR: '1', FORCE_COLOR: undefined, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin?.end(env['TEST_STDIN'] ?? '')
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const done = new Promise<Outcome>((ended) => child.on('close', (code) => ended({ code, stdout, stderr })))
  return { child, done }
}

export const run = (...args: string[]): Promise<Outcome> => start(args).done

/** Runs with `--output json` and reads what came. */
export async function runJson(...args: string[]): Promise<JsonOutcome> {
  const outcome = await run(...args, '--output', 'json')
  return readJson(outcome, outcome.stdout)
}

/** @param text the lines of `--output json` or of a report */
export function readJson(outcome: Outcome, text: string): JsonOutcome {
  const events = text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as RunEvent)
  const recap = events.find((event): event is Recap => event.type === 'recap')
  if (recap === undefined)
    throw new Error(`no recap (exit ${outcome.code}):\n${outcome.stdout}\n${outcome.stderr}`)
  const tasks = events.filter((event): event is TaskEnded => event.type === 'task')
  return {
    ...outcome,
    recap,
    tasks,
    with: (...statuses) =>
      tasks
        .filter((task) => statuses.includes(task.status))
        .map(({ host, role, task }) => `${host}: ${role} › ${task}`),
  }
}

/** What a run printed, for a message: failures first, then the end. */
export function explain({ code, stdout, stderr }: Outcome): string {
  const failed = stdout.split('\n').filter((line) => line.includes('"status":"failed"'))
  return [`exit ${code}`, ...failed, stdout.slice(-6000), stderr.slice(-3000)].join('\n')
}

export async function onNode(node: string, script: string): Promise<string> {
  return (await execOnNode(await lab(), node, ['sh', '-c', script])).trim()
}

export const psql = (node: string, sql: string, database = 'postgres'): Promise<string> =>
  onNode(
    node,
    `docker exec -u postgres postgres psql -XAtq -d ${database} -c "${sql.replaceAll('"', '\\"')}"`,
  )

/** Everything on a node's own file system but what the system writes at any moment, and what sudo and PAM note of a login. */
export const listing = async (node: string): Promise<string[]> => {
  const text = await onNode(
    node,
    `find / -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /run/systemd -o -path /run/user -o -path /run/log \\
      -o -path /run/utmp -o -path '*/.sudo_as_admin_successful' -o -path /var/log -o -path '/tmp/systemd-private-*' -o -path '/var/tmp/systemd-private-*' \\) -prune \\
      -o -printf '%p %y %m %u\\n' | sort; ls /run | grep -v motd.dynamic | sort; docker ps -aq; docker image ls -q; ip -o link | cut -d: -f2`,
  )
  return text.split('\n')
}

/** Lines that only one of the two has. */
export const difference = (before: readonly string[], after: readonly string[]): string[] => [
  ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
  ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
]

export async function until(what: string, test: () => Promise<boolean>, seconds = 60): Promise<void> {
  const end = Date.now() + seconds * 1000 * slowness()
  let last: unknown
  while (Date.now() < end) {
    try {
      if (await test()) return
    } catch (error) {
      last = error
    }
    await new Promise((wake) => setTimeout(wake, 500))
  }
  throw new Error(`${what}: not within ${seconds} s${last === undefined ? '' : `, last ${String(last)}`}`)
}
