import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { UserError } from '../../../lib/core/errors.ts'
import type { TaskEnded } from '../../../lib/core/events.ts'
import type { Task } from '../../../lib/core/task.ts'
import { type AnsibleCall, type AnsibleResult, askAnsible, hasAnsible } from '../../support/ansible.ts'
import { runLocal } from '../../support/run-local.ts'
import { type Tree, makeTree, treeOf } from './tree.ts'

type Outcome = 'ok' | 'changed' | 'failed'
type Call = Readonly<Record<string, unknown>>

/** One call of a module, in a folder of its own. Paths are below the folder. */
export interface Case<Args> {
  /** What is in the folder. @default nothing */
  readonly before?: Tree
  readonly args: Args
  readonly is: Outcome
  /** @default nothing has changed */
  readonly after?: Tree
  /** The same for Ansible's module, with its own names. Left out where it has no such argument: `differs` says so. */
  readonly ansible?: Call
  /** What Ansible's module does instead, and for what ours differs on purpose. */
  readonly differs?: string
  /** What it prints or says, where that is compared too. */
  readonly says?: string
  /** When it is run once more. @default ok, or failed again */
  readonly again?: Outcome
  /** It gives files away, which only root may. */
  readonly asRoot?: true
}

/** A path below the folder of a case. */
export type At = (path: string) => string

/** A module and Ansible's of the same purpose. */
export interface Compared<Args> {
  readonly module: string
  readonly task: (name: string, args: Args, at: At) => Task
  /** The call of Ansible's module. */
  readonly call: (args: Call, at: At) => AnsibleCall
  readonly cases: Readonly<Record<string, Case<Args>>>
  /** How Ansible is run. @default the module alone */
  readonly ask?: (calls: readonly AnsibleCall[]) => Promise<readonly AnsibleResult[]>
}

const ROOT = process.getuid?.() === 0

/** Proves each case in a dry run, in a run and once more, and compares it with Ansible where that is installed. */
export function proveCases<Args>(compared: Compared<Args>): void {
  const { module, call, ask = askAnsible } = compared
  const all = Object.entries(compared.cases)
    .filter(([, { asRoot }]) => asRoot !== true || ROOT)
    .map(([what, one], i) => ({ what, one, i }))

  describe(`what ${module} does`, () => {
    let root: string
    const folder = (who: string, i: number): string => join(root, `${who}-${i}`)
    const atOf = (who: string, i: number): At => {
      return (path) => join(folder(who, i), path)
    }
    const runs: Ran[] = []

    before(async () => {
      root = mkdtempSync(join(tmpdir(), 'rp-compared.'))
      for (const { one, i } of all) makeTree(folder('ours', i), one.before ?? {})
      const tasks = all.map(({ what, one, i }) => made(() => compared.task(what, one.args, atOf('ours', i))))
      for (const check of [true, false, false]) runs.push(await runAll(tasks, check))
    })
    after(() => rmSync(root, { recursive: true, force: true }))

    for (const { what, one, i } of all) {
      const { is, after = one.before ?? {}, again = is === 'failed' ? 'failed' : 'ok' } = one
      it(what, () => {
        const [dry, done, once] = runs.map((run) => run[i] ?? assert.fail('it did not run'))
        const why = done?.said
        assert.equal(done?.is, is, why)
        assert.deepEqual(treeOf(folder('ours', i)), after, why)
        assert.equal(once?.is, again, once?.said)
        if (one.says !== undefined) assert.equal(why, one.says)
        // What a command will say is not known before it is run.
        if (is !== 'failed') assert.equal(dry?.is, is, dry?.said)
        else assert.notEqual(dry?.is, 'ok', dry?.said)
      })
    }

    it('is what Ansible does, except where said', async function () {
      if (!hasAnsible()) this.skip()
      // A task takes a third of a second, and much more on a machine that is busy.
      this.timeout(900_000)
      const theirs = all.flatMap(({ what, one, i }) =>
        one.ansible === undefined ? [] : [{ what, one, i, call: call(one.ansible, atOf('theirs', i)) }],
      )
      for (const { one, i } of theirs) makeTree(folder('theirs', i), one.before ?? {})
      const results = await ask(theirs.map((their) => their.call))
      const found = theirs.map(({ what, one, i }, n) => {
        const result = results[n] ?? {}
        const { is, after = one.before ?? {}, says } = one
        const does = {
          is: outcomeOf(result),
          after: treeOf(folder('theirs', i)),
          says: says && saidBy(result),
        }
        const same = isDeepStrictEqual(does, { is, after, says })
        return { what, differs: one.differs !== undefined, same, does, result }
      })
      const wrong = found.filter(({ differs, same }) => differs === same)
      assert.deepEqual(wrong, [])
    })

    it('says why, where it differs or cannot be compared', () => {
      const silent = all.filter(({ one }) => one.ansible === undefined && one.differs === undefined)
      assert.deepEqual(
        silent.map(({ what }) => what),
        [],
      )
    })
  })
}

const outcomeOf = (result: AnsibleResult): Outcome =>
  result['failed'] === true ? 'failed' : result['changed'] === true ? 'changed' : 'ok'

const saidBy = (result: AnsibleResult): unknown => result['stdout'] ?? result['msg']

type Ran = readonly { readonly is: Outcome; readonly said: string }[]

/** A task, or why there is none: some arguments are refused when it is made. */
function made(make: () => Task): Task | UserError {
  try {
    return make()
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
}

/** Each on a host of its own, so that none has to wait for what another one changes. */
async function runAll(tasks: readonly (Task | UserError)[], check: boolean): Promise<Ran> {
  const run = await runLocal(
    ({ name }) => tasks.filter((task, i): task is Task => name === hostOf(i) && !(task instanceof UserError)),
    { check, hosts: tasks.length },
  )
  const ended = new Map(run.tasks.map((event) => [event.host, event]))
  return tasks.map((task, i) =>
    task instanceof UserError ? { is: 'failed', said: task.message } : ranAs(ended.get(hostOf(i))),
  )
}

const hostOf = (index: number): string => `host-${index + 1}`

function ranAs(ended: TaskEnded | undefined): Ran[number] {
  if (ended === undefined) throw new Error('a task did not run')
  const { status, error, because = '', stdout } = ended
  const is = status === 'would-change' || status === 'unknown' ? 'changed' : status
  if (is === 'skipped') throw new Error(`${ended.task} was skipped`)
  return { is, said: error?.message ?? stdout ?? because }
}
