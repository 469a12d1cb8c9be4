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
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import type { TaskList } from '../../../lib/core/task.ts'
import { copy, file, lineinfile, shell } from '../../../lib/modules/index.ts'
import { often } from '../../support/often.ts'
import { runLocal } from '../../support/run-local.ts'

/** What a path of the playground may be before the run. */
type Drift = 'absent' | 'file' | 'other file' | 'directory' | 'link'
type Wish =
  | { readonly kind: 'copy'; readonly path: string; readonly content: string; readonly mode: string }
  | { readonly kind: 'directory' | 'absent' | 'touch'; readonly path: string }
  | { readonly kind: 'line'; readonly path: string; readonly line: string; readonly mode: string | undefined }
  | { readonly kind: 'shell'; readonly path: string }

const PATHS = ['a', 'b', 'c', 'd/e', 'd/f'] as const
const path = fc.constantFrom(...PATHS)
const drift = fc.record({
  states: fc.array(fc.constantFrom<Drift>('absent', 'file', 'other file', 'directory', 'link'), {
    minLength: 3,
    maxLength: 3,
  }),
  modes: fc.constantFrom(0o644, 0o600),
})
const wish: fc.Arbitrary<Wish> = fc.oneof(
  fc.record({
    kind: fc.constant('copy' as const),
    path,
    content: fc.constantFrom('x', 'y\n'),
    mode: fc.constantFrom('0644', '0600'),
  }),
  fc.record({
    kind: fc.constant('line' as const),
    path,
    line: fc.constantFrom('x', 'y', 'z'),
    mode: fc.constantFrom(undefined, '0640'),
  }),
  fc.record({ kind: fc.constantFrom('directory' as const, 'absent' as const, 'touch' as const), path }),
  fc.record({ kind: fc.constant('shell' as const), path }),
)

function playground({ states, modes }: { states: readonly Drift[]; modes: number }): string {
  const root = mkdtempSync(join(tmpdir(), 'equivalence-'))
  mkdirSync(join(root, 'd'))
  states.forEach((state, i) => {
    const at = join(root, PATHS[i] as string)
    if (state === 'file') writeFileSync(at, 'x', { mode: modes })
    if (state === 'other file') writeFileSync(at, 'something else', { mode: modes })
    if (state === 'directory') mkdirSync(at)
    if (state === 'link') symlinkSync('nowhere', at)
    if (state.endsWith('file')) chmodSync(at, modes)
  })
  return root
}

const tasks = (root: string, wishes: readonly Wish[]) => (): TaskList =>
  wishes.map((one, i) => {
    const at = join(root, one.path)
    const name = `${i} ${one.kind} ${one.path}`
    if (one.kind === 'copy') return copy(name, { dest: at, content: one.content, mode: one.mode })
    if (one.kind === 'line')
      return lineinfile(name, { path: at, line: one.line, create: true, ...(one.mode && { mode: one.mode }) })
    if (one.kind === 'shell')
      return shell(name, { script: `[ -d ${at} ] || echo by hand > ${at}`, creates: at })
    if (one.kind === 'directory') return file(name, { path: at, state: 'directory', force: true })
    if (one.kind === 'absent') return file(name, { path: at, state: 'absent' })
    return file(name, { path: at, state: 'file', mode: '0640', force: true })
  })

// Names, types, modes and contents: everything that the tasks can ask for.
function listing(root: string): string[] {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted()
  return names.map((name) => {
    const at = join(root, name)
    const link = execFileSync('stat', ['-c', '%F %a', at], { encoding: 'utf8' }).trim()
    const isFile = link.startsWith('regular') && statSync(at).isFile()
    return `${name} ${link} ${isFile ? readFileSync(at, 'utf8') : ''}`
  })
}

describe('batched and one at a time', function () {
  this.timeout(1_800_000)

  it('agree on the plan and on the end state, whatever has drifted', async () => {
    await fc.assert(
      fc.asyncProperty(drift, fc.array(wish, { minLength: 1, maxLength: 7 }), async (before, wishes) => {
        const roots = [playground(before), playground(before)] as const
        try {
          const plain = (root: string, list: readonly string[]) =>
            list.map((line) => line.replaceAll(root, ''))
          const dry = await runLocal(tasks(roots[0], wishes), { check: true })
          const drySingle = await runLocal(tasks(roots[1], wishes), { check: true, batch: false })
          assert.deepEqual(plain(roots[0], dry.statuses), plain(roots[1], drySingle.statuses))
          assert.deepEqual(listing(roots[0]), listing(roots[1]), 'a dry run changed something')

          const batched = await runLocal(tasks(roots[0], wishes))
          const single = await runLocal(tasks(roots[1], wishes), { batch: false })
          assert.deepEqual(batched.statuses, single.statuses)
          assert.deepEqual(listing(roots[0]), listing(roots[1]))

          // Fidelity: nothing changes that the dry run called ok.
          const promised = dry.tasks.filter(({ status }) => status === 'ok').map(({ task }) => task)
          const changed = batched.tasks.filter(({ status }) => status === 'changed').map(({ task }) => task)
          assert.deepEqual(
            changed.filter((task) => promised.includes(task)),
            [],
          )
        } finally {
          for (const root of roots) rmSync(root, { recursive: true, force: true })
        }
      }),
      { numRuns: often(10, 50) },
    )
  })
})
