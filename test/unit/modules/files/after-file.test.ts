import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Task } from '../../../../lib/core/task.ts'
import { acl, file } from '../../../../lib/modules/index.ts'
import { install } from '../../../support/install.ts'
import { runLocal } from '../../../support/run-local.ts'
import { useTemp } from '../driver.ts'

interface Case {
  readonly first: (at: string) => Task
  readonly second: (at: string) => Task
  /** What a dry run says of the second. */
  readonly is: 'ok' | 'would-change' | 'unknown' | 'failed'
  /** It names the first as a reason not to be certain. */
  readonly after?: true
}

const entry = { etype: 'user', entity: 'nobody', permissions: 'r' } as const

/** In a folder with the files `a` and `b` of mode 0644, of which `b` has an entry for nobody, and a folder `d` with a file. */
const CASES: Readonly<Record<string, Case>> = {
  'a directory that may replace something, after a file in it': {
    first: (at) => file('1', { path: `${at}/new`, state: 'file' }),
    second: (at) => file('2', { path: at, state: 'directory', force: true }),
    is: 'ok',
  },
  'two files': {
    first: (at) => file('1', { path: `${at}/new`, state: 'file' }),
    second: (at) => file('2', { path: `${at}/b`, state: 'file' }),
    is: 'ok',
  },
  'a removal, after one of a neighbour': {
    first: (at) => file('1', { path: `${at}/d`, state: 'absent' }),
    second: (at) => file('2', { path: `${at}/none`, state: 'absent' }),
    is: 'ok',
  },
  'a directory that goes, after a file in it': {
    first: (at) => file('1', { path: `${at}/d/new`, state: 'file' }),
    second: (at) => file('2', { path: `${at}/d`, state: 'absent' }),
    is: 'would-change',
    after: true,
  },
  'a new entry, after a mode': {
    first: (at) => file('1', { path: `${at}/a`, state: 'exists', mode: '0600' }),
    second: (at) => acl('2', { path: `${at}/a`, ...entry }),
    is: 'would-change',
  },
  'an entry that is there, after a mode that hides it': {
    first: (at) => file('1', { path: `${at}/b`, state: 'exists', mode: '0600' }),
    second: (at) => acl('2', { path: `${at}/b`, ...entry }),
    is: 'would-change',
  },
  'an entry that is there, after a mode that keeps it': {
    first: (at) => file('1', { path: `${at}/b`, state: 'exists', mode: '0640' }),
    second: (at) => acl('2', { path: `${at}/b`, ...entry }),
    is: 'ok',
  },
  'an entry of others, after a mode that has it': {
    first: (at) => file('1', { path: `${at}/a`, state: 'exists', mode: '0647' }),
    second: (at) => acl('2', { path: `${at}/a`, etype: 'other', permissions: 'rwx' }),
    is: 'ok',
  },
  'an entry that is there, after another owner': {
    first: (at) => file('1', { path: `${at}/b`, state: 'exists', owner: 'daemon' }),
    second: (at) => acl('2', { path: `${at}/b`, ...entry }),
    is: 'ok',
  },
  'an entry of a new directory': {
    first: (at) => file('1', { path: `${at}/new`, state: 'directory' }),
    second: (at) => acl('2', { path: `${at}/new`, ...entry }),
    is: 'would-change',
    after: true,
  },
  'an entry that a new directory may have': {
    first: (at) => file('1', { path: `${at}/new`, state: 'directory', mode: '0755' }),
    second: (at) => acl('2', { path: `${at}/new`, etype: 'other', permissions: 'rx' }),
    is: 'unknown',
    after: true,
  },
  'an entry of what is gone by then': {
    first: (at) => file('1', { path: `${at}/a`, state: 'absent' }),
    second: (at) => acl('2', { path: `${at}/a`, ...entry }),
    is: 'failed',
  },
}

describe('what a dry run says after a task with file', function () {
  this.timeout(300_000)
  const temp = useTemp()
  before(function () {
    if (process.getuid?.() !== 0) this.skip()
    install('/usr/bin/setfacl', 'acl')
  })

  it('is as certain as it can be, and what the run does then', async () => {
    const all = Object.entries(CASES)
    const folders = all.map((_, i) => {
      const folder = join(temp(), String(i))
      for (const one of [folder, join(folder, 'd')]) mkdirSync(one)
      for (const one of ['a', 'b', 'd/f']) writeFileSync(join(folder, one), '', { mode: 0o644 })
      chmodSync(folder, 0o755)
      execFileSync('setfacl', ['-m', 'u:nobody:r', join(folder, 'b')])
      return folder
    })
    const run = (check: boolean) =>
      runLocal(
        ({ name }) => {
          const i = Number(name.replace('host-', '')) - 1
          const [, one] = all[i] ?? assert.fail()
          const at = folders[i] ?? ''
          return [one.first(at), one.second(at)]
        },
        { check, hosts: all.length },
      )
    const dry = await run(true)
    const done = await run(false)
    const second = (ran: typeof dry, i: number) =>
      ran.tasks.find(({ host, task }) => host === `host-${i + 1}` && task === '2') ?? assert.fail()
    const said = all.map(([what], i) => {
      const { status, after } = second(dry, i)
      return { what, is: status, after: after !== undefined }
    })
    assert.deepEqual(
      said,
      all.map(([what, { is, after = false }]) => ({ what, is, after })),
    )
    for (const [i, [what, { is }]] of all.entries()) {
      const { status, changes } = second(done, i)
      if (is !== 'unknown') assert.equal(status, is === 'would-change' ? 'changed' : is, what)
      if (is === 'would-change' && what.includes('entry'))
        assert.deepEqual(second(dry, i).changes, changes, what)
    }
  })
})
