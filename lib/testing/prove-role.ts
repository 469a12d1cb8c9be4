import { AssertionError } from 'node:assert'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isFailure } from '../core/counted.ts'
import type { TaskEnded } from '../core/events.ts'
import type { TaskList } from '../core/task.ts'
import { pattern } from '../playbook/pattern.ts'
import { type Playbook, definePlay, definePlaybook } from '../playbook/playbook.ts'
import type { RoleUse } from '../playbook/role.ts'
import { type TestRun, runTestPlaybook } from './run-tasks.ts'
import { type Tree, readTree, treeDifferences } from './tree.ts'

/** What is to be proved. Give a role or a list of tasks. */
export interface Proof {
  /** The role with its vars. @param folder a temporary folder, empty at first, which its paths should be in */
  readonly role?: ((folder: string) => RoleUse) | undefined
  /** Tasks instead of a role. */
  readonly tasks?: ((folder: string) => TaskList) | undefined
  /** Puts into the folder what the role expects to find. @default nothing */
  readonly prepare?: ((folder: string) => void | Promise<void>) | undefined
  /**
   * What may happen to a host afterwards, such as a file that somebody edits. After each of them everything is proved
   * again, and the role has to find something to do. @default nothing
   */
  readonly drift?: readonly ((folder: string) => void | Promise<void>)[] | undefined
  /** Called at the end of each stage: for assertions of your own on what is in the folder. */
  readonly inspect?: ((folder: string, stage: ProofStage) => void | Promise<void>) | undefined
}

/** A fresh folder, or what one drift left. */
export interface ProofStage {
  /** `fresh`, `drift 1`, `drift 2` and so on. */
  readonly name: string
  /** The dry run before anything was changed. */
  readonly dry: TestRun
  /** The run that made the changes. */
  readonly run: TestRun
}

/**
 * Proves a role, or a list of tasks, on this machine through a real shell, first in an empty temporary folder and then
 * after each drift:
 *
 * - the dry run changes nothing, and is never wrong: what it calls ok is ok, what changes was foretold or unknown
 * - the run succeeds; a second run changes nothing, and a dry run after it finds nothing to do
 * - batched and one task at a time (`--no-batch`) say the same and leave the same files
 *
 * @returns the stages, as seen with batches
 * @throws AssertionError that says which of these does not hold, at which stage, with the tasks or files concerned
 *
 * @example
 * await proveRole({
 *   role: (folder) => motd({ path: join(folder, 'motd'), text: 'Hello' }),
 *   drift: [(folder) => rmSync(join(folder, 'motd')), (folder) => chmodSync(join(folder, 'motd'), 0o600)],
 * })
 */
export async function proveRole(proof: Proof): Promise<readonly ProofStage[]> {
  const folder = mkdtempSync(join(tmpdir(), 'run-playbook-proof-'))
  try {
    const batched = await proveOnce(proof, folder, true)
    const single = await proveOnce(proof, folder, false)
    batched.forEach((stage, i) => sameAs(stage, single[i] as Seen))
    return batched
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Seen extends ProofStage {
  readonly tree: Tree
}

async function proveOnce(proof: Proof, folder: string, batch: boolean): Promise<readonly Seen[]> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { mode: 0o755 })
  await proof.prepare?.(folder)
  const stages: Seen[] = []
  const drifts = [undefined, ...(proof.drift ?? [])]
  for (const [i, drift] of drifts.entries()) {
    await drift?.(folder)
    const stage = await proveStage(i === 0 ? 'fresh' : `drift ${i}`, proof, folder, batch)
    await proof.inspect?.(folder, stage)
    stages.push(stage)
  }
  return stages
}

async function proveStage(name: string, proof: Proof, folder: string, batch: boolean): Promise<Seen> {
  const run = (check: boolean): Promise<TestRun> =>
    runTestPlaybook(playbookOf(proof, folder), { check, batch })
  const where = `${name}${batch ? '' : ', one task at a time'}`
  const before = readTree(folder)
  const dry = await run(true)
  refuse(where, 'the dry run failed', dry.tasks.filter(isFailure).map(taskText))
  refuse(where, 'the dry run changed files', treeDifferences(before, readTree(folder)))
  const real = await run(false)
  refuse(where, 'the run failed', real.tasks.filter(isFailure).map(taskText))
  refuse(where, 'the dry run was wrong', wrongIn(dry, real))
  if (name !== 'fresh' && real.tasks.every(({ status }) => status !== 'changed'))
    refuse(where, 'the drift was not noticed', ['no task changed anything'])
  const tree = readTree(folder)
  const again = await run(false)
  refuse(where, 'a second run is not ok', again.tasks.filter(isPending).map(taskText))
  refuse(where, 'a second run changed files', treeDifferences(tree, readTree(folder)))
  const dryAgain = await run(true)
  refuse(where, 'a dry run after it finds something to do', dryAgain.tasks.filter(isPending).map(taskText))
  return { name, dry, run: real, tree }
}

function playbookOf({ role, tasks }: Proof, folder: string): Playbook {
  if ((role === undefined) === (tasks === undefined))
    throw new TypeError(
      `proveRole needs either a role or tasks, ${role === undefined ? 'and has neither' : 'not both'}`,
    )
  const what = {
    ...(role !== undefined && { roles: () => [role(folder)] }),
    ...(tasks !== undefined && { tasks: () => tasks(folder) }),
  }
  const plays = () => [definePlay({ name: 'proof', hosts: pattern('all'), become: false, ...what })]
  return definePlaybook({ description: 'proof', plays }) as Playbook
}

function wrongIn(dry: TestRun, real: TestRun): string[] {
  return real.tasks.flatMap((task) => {
    const foretold = dry.tasks.find((one) => one.task === task.task && one.role === task.role)?.status
    const right = task.status !== 'changed' || foretold === 'would-change' || foretold === 'unknown'
    return right
      ? []
      : [`${task.task}: ${foretold ?? 'not mentioned'} in the dry run, then ${taskText(task)}`]
  })
}

function sameAs(batched: Seen, single: Seen): void {
  const where = batched.name
  const differ = (a: TestRun, b: TestRun): string[] =>
    a.statuses.join('\n') === b.statuses.join('\n')
      ? []
      : [`batched: ${a.statuses.join(', ')}`, `one at a time: ${b.statuses.join(', ')}`]
  refuse(where, 'the dry run depends on batches', differ(batched.dry, single.dry))
  refuse(where, 'the run depends on batches', differ(batched.run, single.run))
  refuse(where, 'the files depend on batches', treeDifferences(batched.tree, single.tree))
}

const isPending = (task: TaskEnded): boolean =>
  isFailure(task) || !['ok', 'skipped', 'failed'].includes(task.status)

const taskText = ({ task, status, changes, error }: TaskEnded): string => {
  const what = changes.map(({ what: name, from, to }) => `${name} ${String(from)} → ${String(to)}`)
  return [`${task}: ${status}`, ...what, ...(error === undefined ? [] : [error.message])].join(', ')
}

function refuse(where: string, what: string, details: readonly string[]): void {
  if (details.length === 0) return
  throw new AssertionError({ message: `${where}: ${what}\n${details.map((line) => `  ${line}`).join('\n')}` })
}
