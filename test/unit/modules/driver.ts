import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Certain, Plan } from '../../../lib/core/module.ts'
import type { Reader } from '../../../lib/core/probe.ts'
import { EVERYTHING, type Resource } from '../../../lib/core/resource.ts'
import type { Task } from '../../../lib/core/task.ts'
import { type Driven, askAll, askReader, driveTask, observe } from '../../../lib/testing/drive-task.ts'
import { type TestShell, runStep, testShells } from '../../../lib/testing/shells.ts'
import { install } from '../../support/install.ts'

install('/bin/busybox', 'busybox')

/** The shells that a host may have. With busybox come its own tools, and nothing else. */
export const SHELLS = testShells()

/** Runs a script as a host would, with nothing on standard input unless given. */
export const run = runStep

/** Asks one reader for the answers to all keys. */
export const answers = <A>(shell: TestShell, reader: Reader<A>, keys: readonly string[]) =>
  askReader(reader, keys, shell)

/** The answers to questions, in their order, one script a reader. */
export const askHost = askAll

export { type Driven as Done, observe }

/** A small engine: asks, plans, applies, asks again. */
export const converge = (task: Task, shell: TestShell = ['dash']): Promise<Driven> => driveTask(task, shell)

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
