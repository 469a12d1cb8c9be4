import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type GitArgs, git } from '../../../../lib/modules/index.ts'
import { hasAnsible, runAnsible } from '../../../support/ansible.ts'
import { install } from '../../../support/install.ts'
import { converge } from '../driver.ts'
import { CASES, type GitCase, checkedOut, makeOrigins, pointTo, sh } from './git-cases.ts'

install('/usr/bin/git', 'git')

describe('what git does to a checkout', () => {
  let root: string
  let commits: ReadonlyMap<string, string>
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'run-playbook-git-'))
    commits = makeOrigins(root)
  })
  after(() => rmSync(root, { recursive: true, force: true }))

  const repo = (): string => join(root, 'origin')
  const there = (dest: string): readonly string[] => [
    sh(dest, 'git rev-parse HEAD'),
    sh(dest, 'git symbolic-ref -q HEAD | sed s:refs/heads/::'),
  ]
  const prepare = (dest: string, { before: script, origin = 'new' }: GitCase): void => {
    pointTo(root, origin)
    if (script === undefined) return
    checkedOut(root, dest)
    sh(dest, script)
  }

  for (const [i, [what, one]] of Object.entries(CASES).entries())
    it(what, async () => {
      const { args = {}, after: wanted, changes = [] } = one
      const dest = join(root, `ours-${i}`)
      prepare(dest, one)
      const task = git('it', { repo: repo(), dest, ...args })
      if (wanted instanceof RegExp) {
        await assert.rejects(converge(task), wanted)
        assert.equal(existsSync(dest), one.before !== undefined)
        return
      }
      const done = await converge(task)
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.deepEqual(
        done.changes.map((change) => change.what),
        changes,
      )
      assert.deepEqual(there(dest), [commits.get(wanted[0]), wanted[1]])
      assert.equal(readFileSync(join(dest, 'a'), 'utf8'), `${wanted[0]}\n`)
      assert.equal(sh(dest, 'git status --porcelain -uno'), '')
    })

  it('is what Ansible does, except where said', function () {
    if (!hasAnsible()) this.skip()
    // One link a case: all are run in one process.
    const compared = Object.entries(CASES).flatMap(([what, one], i) => {
      if (one.ansible !== undefined && 'differs' in one.ansible) return []
      const dest = join(root, `theirs-${i}`)
      prepare(dest, one)
      const link = join(root, `origin-${i}`)
      sh(root, `cp -a origin ${link}`)
      const isThere = one.before !== undefined && one.changes?.[0] !== 'remote origin'
      if (isThere) sh(dest, `git config remote.origin.url file://${link}`)
      return [{ what, one, dest, link }]
    })
    const results = runAnsible(
      compared.map(({ one: { args = {}, ansible = {} }, dest, link }) => ({
        module: 'git',
        args: { repo: `file://${link}`, dest, ...plain(args), ...ansible },
      })),
      ['env', 'GIT_CONFIG_GLOBAL=/dev/null'],
    )
    for (const [i, { what, one, dest }] of compared.entries()) {
      const { after: wanted, changes = [] } = one
      const failed = wanted instanceof RegExp
      const { [i]: said = {} } = results
      assert.equal(said['failed'] ?? false, failed, `${what}: ${JSON.stringify(said)}`)
      if (failed) continue
      assert.equal(said['changed'], changes.length > 0, `${what}: ${JSON.stringify(said)}`)
      assert.deepEqual([what, ...there(dest)], [what, commits.get(wanted[0]), wanted[1]])
    }
  })
})

const plain = (args: Partial<GitArgs>): Record<string, unknown> => ({ ...args })
