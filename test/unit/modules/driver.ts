import { execFileSync, spawn } from 'node:child_process'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Change } from '../../../lib/core/change.ts'
import type { Certain, Plan, ShellStep, Step } from '../../../lib/core/module.ts'
import { type Probe, type Question, type Reader, type Reply, isSingle } from '../../../lib/core/probe.ts'
import { EVERYTHING, type Resource } from '../../../lib/core/resource.ts'
import { isSecret, reveal } from '../../../lib/core/secret.ts'
import type { Task } from '../../../lib/core/task.ts'
import { install } from '../../support/install.ts'

const TOOLS = installBusybox()

/** The shells that a host may have. With busybox come its own tools, and nothing else. */
export const SHELLS: Readonly<Record<string, readonly string[]>> = {
  dash: ['dash'],
  bash: ['bash', '--posix'],
  busybox: ['env', '-i', `PATH=${TOOLS}`, join(TOOLS, 'sh')],
}

/** Runs a script as a host would, with nothing on standard input unless given. */
export async function run(shell: readonly string[], step: ShellStep): Promise<Reply> {
  const [command = 'sh', ...rest] = shell
  const child = spawn(command, [...rest, '-c', step.script], { stdio: 'pipe' })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (data: Buffer) => out.push(data))
  child.stderr.on('data', (data: Buffer) => err.push(data))
  child.stdin.on('error', () => {})
  const { stdin } = step
  if (isSecret(stdin)) child.stdin.end(reveal(stdin))
  else if (typeof stdin === 'object' && 'file' in stdin) createReadStream(stdin.file).pipe(child.stdin)
  else child.stdin.end(stdin)
  const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? -9)))
  return { code, stdout: Buffer.concat(out), stderr: Buffer.concat(err) }
}

/** Asks one reader for the answers to all keys. */
export async function answers<A>(
  shell: readonly string[],
  reader: Reader<A>,
  keys: readonly string[],
): Promise<readonly (A | Error)[]> {
  const batches = isSingle(reader) ? keys.map((key) => [key]) : [keys]
  const found = await Promise.all(
    batches.map(async (batch) => reader.parse(await run(shell, { script: reader.ask(batch) }), batch)),
  )
  return found.flat()
}

/** The answers to questions, in their order, one script a reader. */
export async function askHost(shell: readonly string[], questions: readonly Question[]): Promise<unknown[]> {
  const found = new Map<Question, unknown>()
  for (const reader of new Set(questions.map((question) => question.reader))) {
    const own = questions.filter((question) => question.reader === reader)
    const keys = own.map(({ key }) => key)
    const replies = await answers(shell, reader, keys)
    own.forEach((question, i) => found.set(question, replies[i]))
  }
  return questions.map((question) => found.get(question))
}

export async function observe<State>(shell: readonly string[], probe: Probe<State>): Promise<State> {
  const replies = await askHost(shell, probe.questions)
  const broken = replies.find((reply) => reply instanceof Error)
  if (broken !== undefined) throw broken
  return probe.parse(replies)
}

export interface Done {
  readonly changes: readonly Change[]
  readonly plan: Plan
  readonly steps: readonly Step[]
  readonly replies: readonly Reply[]
  readonly left: readonly Change[]
  readonly before: unknown
  readonly after: unknown
  /** Predictions that the host contradicts. */
  readonly wrong: readonly { readonly question: string; readonly foretold: unknown; readonly is: unknown }[]
}

/** A small engine: asks, plans, applies, asks again. */
export async function converge(task: Task, shell: readonly string[] = ['dash']): Promise<Done> {
  const { module } = task
  await module.load?.(task.args)
  const before = await observe(shell, module.probe(task.args))
  const plan = module.plan(task.args, before)
  const steps = plan.changes.length === 0 ? [] : module.apply(task.args, before)
  const replies: Reply[] = []
  for (const step of steps) {
    const reply = await run(shell, step as ShellStep)
    replies.push(reply)
    if (reply.code !== 0)
      throw new Error(`${reply.code}: ${reply.stderr.toString()}${(step as ShellStep).script}`)
  }
  const after = await observe(shell, module.probe(task.args))
  const left = module.verify?.(task.args, before, after) ?? module.plan(task.args, after).changes
  const foretold = plan.leaves ?? []
  const now = await askHost(
    shell,
    foretold.map(({ question }) => question),
  )
  const wrong = foretold.flatMap(({ question, answer }, i) =>
    JSON.stringify(answer, sorted) === JSON.stringify(now[i], sorted)
      ? []
      : [{ question: `${question.reader.name} ${question.key}`, foretold: answer, is: now[i] }],
  )
  const final = module.outcome?.(after, replies) ?? after
  return { changes: plan.changes, plan, steps, replies, left, before, after: final, wrong }
}

// The order of an object's keys is not part of an answer.
const sorted = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value

export const planOf = (task: Task, state: unknown): Plan => task.module.plan(task.args, state)

/** What a change may alter, where nothing is certain unless told. */
export const touchesOf = (
  { module, args }: Task,
  state?: unknown,
  certain: Certain = () => undefined,
): readonly Resource[] => module.touches?.(args, state, certain) ?? [EVERYTHING]

/** A task that has read what it needs of this machine. */
export async function loaded<T extends Task>(task: T): Promise<T> {
  await task.module.load?.(task.args)
  return task
}

/** A test that gives files away, which only root may. */
export const itAsRoot: Mocha.TestFunction | Mocha.PendingTestFunction =
  process.getuid?.() === 0 ? it : it.skip

/** A folder for each test, removed afterwards. */
export function useTemp(): () => string {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'run-playbook-test-'))
  })
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return () => folder
}

function installBusybox(): string {
  install('/bin/busybox', 'busybox')
  const folder = mkdtempSync(join(tmpdir(), 'run-playbook-busybox-'))
  execFileSync('busybox', ['--install', '-s', folder])
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}
