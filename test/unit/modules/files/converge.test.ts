import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import type { Task } from '../../../../lib/core/task.ts'
import { copy } from '../../../../lib/modules/files/copy.ts'
import type { FileArgs } from '../../../../lib/modules/files/file/args.ts'
import { file } from '../../../../lib/modules/files/file/module.ts'
import { SHELLS, converge } from '../driver.ts'

const ROOT = process.getuid?.() === 0
const MODES = ['0644', '0600', '0755', '4711', '2750', '1777', '0000'] as const

/** Something that somebody else left at the path. */
const drift = fc.record({
  type: fc.constantFrom('absent', 'file', 'directory', 'link', 'dangling', 'fifo'),
  mode: fc.constantFrom(...MODES),
  content: fc.constantFrom('', 'old\n', 'wanted\n'),
  uid: fc.constantFrom(0, 1, 4242),
  folderMode: fc.constantFrom('0755', '2775', '0700'),
})

const name = fc.constantFrom('plain', 'with space', "it's", '-rf', '$x', 'ünï', 'back\\slash')
const access = {
  mode: fc.option(fc.constantFrom(...MODES), { nil: undefined }),
  owner: fc.option(fc.constantFrom('root', 'daemon', 1, '4242'), { nil: undefined }),
  group: fc.option(fc.constantFrom('root', 'daemon', 4242), { nil: undefined }),
}

const wantedCopy = fc.record({
  content: fc.constantFrom('wanted\n', '', 'ö'),
  inPlace: fc.boolean(),
  backup: fc.boolean(),
  ...access,
})

const wantedFile = fc.record({
  state: fc.constantFrom('directory', 'file', 'link', 'absent'),
  target: fc.constantFrom('elsewhere', 'a b', '/etc'),
  depth: fc.constantFrom('', '/x', '/x/y z'),
  ...access,
})

for (const [shellName, shell] of Object.entries(SHELLS)) {
  describe(`whatever is there, under ${shellName}`, () => {
    let base = ''
    beforeEach(function () {
      if (!ROOT) this.skip()
      base = mkdtempSync(join(tmpdir(), 'run-playbook-test-'))
    })
    afterEach(() => {
      rmSync(base, { recursive: true, force: true })
    })
    const place = (leaf: string, found: Drift): string => {
      const folder = mkdtempSync(join(base, 'case-'))
      leave(join(folder, leaf), found)
      chownSync(folder, 0, 1)
      chmodSync(folder, Number.parseInt(found.folderMode, 8))
      return join(folder, leaf)
    }

    it('copy converges at once, as foretold', async function () {
      await fc.assert(
        fc.asyncProperty(name, drift, wantedCopy, async (leaf, found, wanted) => {
          fc.pre(found.type !== 'directory' && found.type !== 'fifo')
          fc.pre(!(wanted.inPlace && (found.type === 'link' || found.type === 'dangling')))
          await convergesAtOnce(copy('it', { dest: place(leaf, found), ...wanted }), shell)
        }),
        { numRuns: 12 },
      )
    })

    it('replaces a link to a folder where others can write', async () => {
      const link = { type: 'link', mode: '0644', content: '', uid: 0, folderMode: '2775' } as const
      const path = place('plain', link)
      await convergesAtOnce(copy('it', { dest: path, content: 'wanted\n' }), shell)
      assert.equal(readFileSync(path, 'utf8'), 'wanted\n')
      const other = place('plain', link)
      await convergesAtOnce(file('it', { path: other, state: 'link', target: '/etc' }), shell)
      assert.equal(readlinkSync(other), '/etc')
    })

    it('file converges at once, as foretold', async function () {
      await fc.assert(
        fc.asyncProperty(name, drift, wantedFile, async (leaf, found, { depth, ...wanted }) => {
          const { state } = wanted
          const below =
            state === 'directory' && (found.type === 'absent' || found.type === 'directory') ? depth : ''
          const task = file('it', fileArgs({ ...wanted, path: place(leaf, found) + below, force: true }))
          const between = below.lastIndexOf('/') > 0
          if (between && found.type === 'directory' && found.uid !== 0)
            await assert.rejects(converge(task, shell), /x is not made: x is not there, and uid \d+/)
          else await convergesAtOnce(task, shell)
        }),
        { numRuns: 12 },
      )
    })
  })
}

type Drift = typeof drift extends fc.Arbitrary<infer T> ? T : never

async function convergesAtOnce(task: Task, shell: readonly string[]): Promise<void> {
  const first = await converge(task, shell)
  assert.deepEqual(first.left, [], 'nothing is left')
  assert.deepEqual(first.wrong, [], 'all was foretold')
  const second = await converge(task, shell)
  assert.deepEqual(second.changes, [])
}

function leave(path: string, { type, mode, content, uid }: Drift): void {
  if (type === 'absent') return
  if (type === 'link') return symlinkSync('.', path)
  if (type === 'dangling') return symlinkSync('nowhere', path)
  if (type === 'file') writeFileSync(path, content)
  if (type === 'directory') mkdirSync(path)
  if (type === 'fifo') execFileSync('mkfifo', ['--', path])
  chownSync(path, uid, uid)
  chmodSync(path, Number.parseInt(mode, 8))
}

function fileArgs({ mode, owner, group, target, ...rest }: FileArgs): FileArgs {
  const { state } = rest
  return {
    ...rest,
    ...(state === 'link' ? { target } : {}),
    ...(state === 'file' || state === 'directory' ? { mode } : {}),
    ...(state === 'absent' ? {} : { owner, group }),
  }
}
