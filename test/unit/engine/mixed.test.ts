import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { changed, failed, from } from '../../../lib/core/deferred.ts'
import { group } from '../../../lib/core/group.ts'
import type { Task, TaskEntry, TaskList, TaskOptions } from '../../../lib/core/task.ts'
import { copy, file, shell } from '../../../lib/modules/index.ts'
import { often } from '../../support/often.ts'
import { runLocal } from '../../support/run-local.ts'

/** A task or a group of a play that is made at random. */
type Wish =
  | {
      readonly kind:
        'copy' | 'touch' | 'absent' | 'shell' | 'breaks' | 'retries' | 'made' | 'after' | 'background'
      readonly path: string
      readonly how: How
    }
  | {
      readonly kind: 'group'
      readonly tasks: readonly Wish[]
      readonly rescue: readonly Wish[]
      readonly always: readonly Wish[]
      readonly when: boolean
    }

interface How {
  readonly ignoreErrors: boolean
  /** On another host, which has a folder of its own. */
  readonly delegated: boolean
  readonly notify: boolean
  readonly changedWhen: boolean | undefined
}

const how = fc.record<How>({
  ignoreErrors: fc.boolean(),
  delegated: fc.boolean(),
  notify: fc.boolean(),
  changedWhen: fc.constantFrom(undefined, undefined, undefined, false),
})
// A job in the background takes many processes, so there are few of them.
const OFTEN = ['copy', 'touch', 'absent', 'shell', 'breaks', 'retries', 'made', 'after'] as const
const leaf = fc.record({
  kind: fc.constantFrom(...OFTEN, ...OFTEN, 'background').map((kind) => kind as 'copy'),
  path: fc.constantFrom('a', 'b', 'd/c'),
  how,
})
const { wish } = fc.letrec<{ wish: Wish; group: Wish }>((tie) => ({
  wish: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('group')),
  group: fc.record({
    kind: fc.constant('group' as const),
    tasks: fc.array(tie('wish'), { minLength: 1, maxLength: 3 }),
    rescue: fc.array(tie('wish'), { maxLength: 2 }),
    always: fc.array(tie('wish'), { maxLength: 2 }),
    when: fc.constantFrom(true, true, true, false),
  }),
}))

function playground(present: readonly string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'mixed-'))
  for (const side of ['here', 'there']) {
    mkdirSync(join(root, side, 'd'), { recursive: true })
    for (const path of present) {
      writeFileSync(join(root, side, path), 'old')
      chmodSync(join(root, side, path), 0o600)
    }
  }
  return root
}

/** The tasks of the wishes. Whatever a task does depends only on what is in the folder, so runs can be compared. */
function tasks(root: string, wishes: readonly Wish[]): TaskList {
  let count = 0
  const listed: Task[] = []
  // Named after the folder: a handler that an earlier example left owed is another one.
  const handler = shell(`handler ${root}`, { script: `echo handled >> ${join(root, 'here/log')}` })
  const one = (wish: Wish): TaskEntry => {
    if (wish.kind === 'group')
      return group({ when: wish.when }, wish.tasks.map(one), {
        rescue: wish.rescue.map(one),
        always: wish.always.map(one),
      })
    const { kind, path, how } = wish
    const name = `${count++} ${kind} ${path}`
    const at = join(root, how.delegated ? 'there' : 'here', path)
    const options: TaskOptions = {
      ignoreErrors: how.ignoreErrors,
      ...(how.delegated && { delegateTo: 'host-2' }),
      ...(how.notify && { notify: handler }),
      ...(how.changedWhen !== undefined && { changedWhen: how.changedWhen }),
    }
    const task = make(kind, name, at, options, listed)
    listed.push(task)
    return task
  }
  const list = wishes.map(one)
  // The list of all tasks is known only now; a task depends on those before it.
  return list
}

function make(
  kind: Exclude<Wish['kind'], 'group'>,
  name: string,
  at: string,
  options: TaskOptions,
  listed: readonly Task[],
): Task {
  switch (kind) {
    case 'copy':
      return copy(name, { dest: at, content: name.length % 2 === 0 ? 'x' : 'y', mode: '0644' }, options)
    case 'touch':
      return file(name, { path: at, state: 'file', mode: '0640' }, options)
    case 'absent':
      return file(name, { path: at, state: 'absent' }, options)
    case 'shell':
      return shell(name, { script: `echo by hand > ${at}`, creates: at }, options as never)
    case 'background':
      return shell(name, { script: `echo in the background > ${at}`, creates: at }, {
        ...options,
        background: true,
      } as never)
    case 'breaks':
      return shell(name, { script: `[ -e ${at} ]` }, options as never)
    case 'retries':
      return shell(name, { script: `[ -e ${at}.once ] || { touch ${at}.once; exit 1; }` }, {
        ...options,
        retry: { times: 2, delayMs: 1 },
      } as never)
    case 'made': {
      const last = listed.at(-1)
      if (last === undefined) return file(name, { path: at, state: 'file' }, options)
      return file(
        name,
        from(last, () => ({ path: at, state: 'file' as const })),
        options,
      )
    }
    case 'after': {
      const last = listed.at(-1)
      const when = last === undefined ? true : name.length % 2 === 0 ? changed(last) : failed(last)
      return copy(name, { dest: at, content: 'after' }, { ...options, when })
    }
  }
}

function listing(root: string): string[] {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted()
  return names.map((name) => {
    const at = join(root, name)
    const kind = execFileSync('stat', ['-c', '%F %a', at], { encoding: 'utf8' }).trim()
    return `${name} ${kind} ${statSync(at).isFile() ? readFileSync(at, 'utf8') : ''}`
  })
}

describe('a play of groups, rescues, attempts, delegated tasks and handlers', function () {
  this.timeout(1_800_000)

  it('comes to the same batched and one at a time, and changes nothing that the dry run called ok', async () => {
    const present = fc.subarray(['a', 'b', 'd/c'])
    await fc.assert(
      fc.asyncProperty(present, fc.array(wish, { minLength: 1, maxLength: 5 }), async (before, wishes) => {
        const roots = [playground(before), playground(before)] as const
        const on =
          (root: string) =>
          ({ name }: { name: string }) =>
            name === 'host-1' ? tasks(root, wishes) : []
        try {
          const first = listing(roots[0])
          const dry = await runLocal(on(roots[0]), { check: true, hosts: 2 })
          const drySingle = await runLocal(on(roots[1]), { check: true, batch: false, hosts: 2 })
          const plain = (root: string, list: readonly string[]) =>
            list.map((line) => line.replaceAll(root, ''))
          assert.deepEqual(plain(roots[0], dry.statuses), plain(roots[1], drySingle.statuses))
          assert.deepEqual(listing(roots[0]), first, 'a dry run changed something')
          assert.deepEqual(listing(roots[1]), first, 'a dry run changed something')

          const batched = await runLocal(on(roots[0]), { hosts: 2 })
          const single = await runLocal(on(roots[1]), { batch: false, hosts: 2 })
          assert.deepEqual(plain(roots[0], batched.statuses), plain(roots[1], single.statuses))
          assert.deepEqual(listing(roots[0]), listing(roots[1]))
          assert.equal(batched.recap.exitCode, single.recap.exitCode)

          // A dry run assumes that nothing fails that is not ignored: what depends on a rescued failure is skipped in it.
          const rescued = batched.tasks.some((task) => task.rescued)
          const kept = rescued ? ['ok'] : ['ok', 'skipped']
          const promised = new Set(
            dry.tasks.filter(({ status }) => kept.includes(status)).map(({ task }) => task),
          )
          const wrong = batched.tasks.filter(({ status, task }) => status === 'changed' && promised.has(task))
          assert.deepEqual(
            wrong.map(({ task }) => task),
            [],
          )
        } finally {
          for (const root of roots) rmSync(root, { recursive: true, force: true })
        }
      }),
      { numRuns: often(6, 60, 'MIXED_RUNS'), endOnFailure: true },
    )
  })
})
