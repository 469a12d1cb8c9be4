import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pLimit from 'p-limit'
import { type GitArgs, git } from '../../../../lib/modules/index.ts'
import { hasAnsible, runAnsible } from '../../../support/ansible.ts'
import { install } from '../../../support/install.ts'
import { type Done, converge } from '../driver.ts'
import { CASES, type GitCase, checkedOut, makeOrigins, pointTo, sh } from './git-cases.ts'

install('/usr/bin/git', 'git')

describe('what git does to a checkout', () => {
  const all = Object.entries(CASES).map(([what, one], i) => ({ what, one, i }))
  let root: string
  let commits: ReadonlyMap<string, string>
  let outcomes: readonly PromiseSettledResult<Done>[]

  // A link for each case, because several are run at a time.
  const linkOf = (i: number): string => join(root, `origin-${i}`)
  const prepare = (dest: string, i: number, one: GitCase, url = linkOf(i)): void => {
    const { before: script, origin = 'new', changes } = one
    pointTo(root, origin, `origin-${i}`)
    if (script === undefined) return
    checkedOut(root, dest)
    if (changes?.[0] !== 'remote origin') sh(dest, `git config remote.origin.url ${url}`)
    sh(dest, script)
  }
  const ours = (i: number): string => join(root, `ours-${i}`)
  const there = (dest: string): readonly string[] => [
    sh(dest, 'git rev-parse HEAD'),
    sh(dest, 'git symbolic-ref -q HEAD | sed s:refs/heads/::'),
  ]

  before(async function () {
    this.timeout(240_000)
    root = mkdtempSync(join(tmpdir(), 'run-playbook-git-'))
    commits = makeOrigins(root)
    const some = pLimit(4)
    outcomes = await Promise.allSettled(
      all.map(({ one, i }) =>
        some(() => {
          prepare(ours(i), i, one)
          return converge(git('it', { repo: linkOf(i), dest: ours(i), ...one.args }))
        }),
      ),
    )
  })
  after(() => rmSync(root, { recursive: true, force: true }))

  for (const { what, one, i } of all)
    it(what, async () => {
      const { after: wanted, changes = [] } = one
      const { [i]: outcome } = outcomes
      if (outcome === undefined) throw new Error('it was not run')
      const run =
        outcome.status === 'fulfilled' ? Promise.resolve(outcome.value) : Promise.reject(outcome.reason)
      if (wanted instanceof RegExp) {
        await assert.rejects(run, wanted)
        assert.equal(existsSync(ours(i)), one.before !== undefined)
        return
      }
      const done = await run
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.deepEqual(
        done.changes.map((change) => change.what),
        changes,
      )
      assert.deepEqual(there(ours(i)), [commits.get(wanted[0]), wanted[1]])
      assert.equal(readFileSync(join(ours(i), 'a'), 'utf8'), `${wanted[0]}\n`)
      assert.equal(sh(ours(i), 'git status --porcelain -uno'), '')
    })

  it('is what Ansible does, except where said', function () {
    if (!hasAnsible()) this.skip()
    const compared = all.flatMap(({ what, one, i }) => {
      if (one.ansible !== undefined && 'differs' in one.ansible) return []
      const dest = join(root, `theirs-${i}`)
      // Ansible makes a URL of a path.
      const url = `file://${linkOf(i)}`
      prepare(dest, i, one, url)
      return [{ what, one, dest, url }]
    })
    const results = runAnsible(
      compared.map(({ one: { args = {}, ansible = {} }, dest, url }) => ({
        module: 'git',
        args: { repo: url, dest, ...plain(args), ...ansible },
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
