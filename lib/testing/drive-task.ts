import { isDeepStrictEqual } from 'node:util'
import type { Change } from '../core/change.ts'
import type { Plan, ShellStep, Step } from '../core/module.ts'
import { type Probe, type Question, type Reader, type Reply, isSingle } from '../core/probe.ts'
import type { QuestionChannel } from '../core/reader.ts'
import type { Task } from '../core/task.ts'
import { type TestShell, runStep } from './shells.ts'

/** What one task did. */
export interface Driven<State = unknown> {
  readonly plan: Plan
  /** What the plan found to do; empty when it was as wanted. */
  readonly changes: readonly Change[]
  /** The commands that were run, and their replies. */
  readonly steps: readonly Step[]
  readonly replies: readonly Reply[]
  readonly before: State
  readonly after: State
  /** What is left to do afterwards: empty when the module converges. */
  readonly left: readonly Change[]
  /** Predictions of the plan (`leaves`) that the shell contradicts: empty when they are right. */
  readonly wrong: readonly {
    readonly question: string
    readonly foretold: unknown
    readonly is: unknown
  }[]
}

/**
 * Drives the module of one task through a real shell of this machine, without the engine: asks, plans, applies, asks
 * again. Milliseconds; no root unless the module needs it.
 *
 * @param shell @default sh
 * @throws Error when a step of the change fails, with what it printed
 * @throws TypeError for a module that asks or changes over a channel: use runTasks
 *
 * @example
 * const done = await driveTask(copy('it', { dest: join(temp, 'x'), content: 'new' }), testShells()['busybox'])
 * assert.deepEqual(done.left, [])
 */
export async function driveTask<State>(task: Task<State>, shell: TestShell = ['sh']): Promise<Driven<State>> {
  const { module, args } = task
  await module.load?.(args)
  const before = await observe(shell, module.probe(args))
  const plan = module.plan(args, before)
  const steps = plan.changes.length === 0 ? [] : module.apply(args, before)
  const replies: Reply[] = []
  for (const step of steps) replies.push(await applyStep(shell, step))
  const after = await observe(shell, module.probe(args))
  const left = module.verify?.(args, before, after) ?? module.plan(args, after).changes
  const wrong = await contradicted(shell, plan)
  const final = module.outcome?.(after, replies) ?? after
  const states = { before: before as State, after: final as State }
  return { plan, changes: plan.changes, steps, replies, left, wrong, ...states }
}

/**
 * What a task would do in a state that you write down, such as one that was recorded on another machine. Nothing is
 * run.
 *
 * @example
 * const task = service('it', { name: 'docker', enabled: true })
 * const { changes } = planTask(task, { load: 'loaded', active: 'active', enabled: 'disabled', needsReload: false })
 * assert.deepEqual(changes, [{ what: 'enabled', from: false, to: true }])
 */
export const planTask = <State>({ module, args }: Task<State>, state: State): Plan => module.plan(args, state)

/**
 * What a reader makes of output that was recorded on some host.
 *
 * @param reply what its script printed; exit code 0 and no standard error unless given
 * @returns the answer for each key, or the error that the reader has for it
 *
 * @example
 * assert.deepEqual(parseRecorded(fileReaders.sha256, ['/none'], { stdout: '-/none\n' }), [undefined])
 */
export function parseRecorded<Answer>(
  reader: Reader<Answer, never>,
  keys: readonly string[],
  reply: { readonly stdout: string | Buffer; readonly stderr?: string; readonly code?: number },
): readonly (Answer | Error)[] {
  const { stdout, stderr = '', code = 0 } = reply
  return reader.parse({ code, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) }, keys)
}

/**
 * Asks one reader through a shell.
 *
 * @returns the answer for each key, or the error that the reader has for it
 * @throws TypeError for a reader of a channel: use runTasks
 */
export function askReader<Answer>(
  reader: Reader<Answer>,
  keys: readonly string[],
  shell: TestShell = ['sh'],
): Promise<readonly (Answer | Error)[]> {
  return askAny(reader, keys, shell)
}

async function askAny<Answer>(
  reader: Reader<Answer, never>,
  keys: readonly string[],
  shell: TestShell,
): Promise<readonly (Answer | Error)[]> {
  if (reader.channel !== undefined) throw shellOnly(`the reader ${reader.name}`, reader.channel)
  const batches = isSingle(reader) ? keys.map((key) => [key]) : [keys]
  const found = await Promise.all(
    batches.map(async (batch) => reader.parse(await runStep(shell, { script: reader.ask(batch) }), batch)),
  )
  return found.flat()
}

/** The state that a probe reads through a shell. @throws the error of a reader */
export async function observe<State>(shell: TestShell, probe: Probe<State>): Promise<State> {
  const answers = await askAll(shell, probe.questions)
  const broken = answers.find((answer) => answer instanceof Error)
  if (broken !== undefined) throw broken
  return probe.parse(answers)
}

/** The answers to questions, in their order, one script a reader. */
export async function askAll(shell: TestShell, questions: readonly Question[]): Promise<unknown[]> {
  const found = new Map<Question, unknown>()
  for (const reader of new Set(questions.map((question) => question.reader))) {
    const own = questions.filter((question) => question.reader === reader)
    const keys = own.map(({ key }) => key)
    const answers = await askAny(reader, keys, shell)
    own.forEach((question, i) => found.set(question, answers[i]))
  }
  return questions.map((question) => found.get(question))
}

async function applyStep(shell: TestShell, step: Step): Promise<Reply> {
  if (!isShellStep(step)) throw shellOnly(`the step ${JSON.stringify(step.text)}`, step.channel)
  const reply = await runStep(shell, step)
  if (reply.code !== 0) throw new Error(`${reply.code}: ${reply.stderr.toString()}${step.script}`)
  return reply
}

const shellOnly = (what: string, { name }: QuestionChannel<never>): TypeError =>
  new TypeError(
    `${what} speaks the channel ${name}; driveTask and askReader drive the shell only: use runTasks`,
  )

const isShellStep = (step: Step): step is ShellStep => 'script' in step

async function contradicted(shell: TestShell, { leaves = [] }: Plan): Promise<Driven['wrong']> {
  const now = await askAll(
    shell,
    leaves.map(({ question }) => question),
  )
  return leaves.flatMap(({ question, answer }, i) =>
    isDeepStrictEqual(plain(answer), plain(now[i]))
      ? []
      : [{ question: `${question.reader.name} ${question.key}`, foretold: answer, is: now[i] }],
  )
}

// A field that is undefined is one that is not there.
const plain = (value: unknown): unknown =>
  value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown)
