import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type GitArgs, git } from '../../../../lib/modules/index.ts'
import { hasAnsible, runAnsible } from '../../../support/ansible.ts'
import { install } from '../../../support/install.ts'
import { SHELLS, converge } from '../driver.ts'
import { ENV } from './git-cases.ts'

install('/usr/bin/git', 'git')
install('/usr/bin/gpg', 'gpg')

/** A repository: the branch main is signed, `plain` is not; two tags with a message lead to plain, of which one is signed. */
const REPOSITORY = `gpg -q --batch --passphrase '' --quick-gen-key 'a <a@example.org>' ed25519 sign never 2>/dev/null
git init -q -b main repo; cd repo; echo p >a; git add a; git commit -q -m plain; git branch plain
git tag -s -m signed signed; git tag -a -m unsigned unsigned; git tag light
echo s >a; git commit -q -S -a -m signed
gpg --list-keys --with-colons | sed -n '/^fpr/{s/[^0-9A-F]//g;p;q}'`

const OTHER = 'A'.repeat(40)

interface Case {
  readonly args: (own: string) => Partial<GitArgs>
  /** What it fails with; nothing where it is checked out. */
  readonly fails?: RegExp
}

const CASES: Readonly<Record<string, Case>> = {
  'takes a commit that is signed': { args: () => ({}) },
  'takes a commit that is signed by a key of the list': { args: (own) => ({ gpgAllowlist: [OTHER, own] }) },
  'takes a tag that is signed': { args: () => ({ version: 'signed' }) },
  'takes a tag that is signed by a key of the list': {
    args: (own) => ({ version: 'signed', gpgAllowlist: [own] }),
  },
  'refuses a commit that is not signed': {
    args: () => ({ version: 'plain' }),
    fails: /commit [0-9a-f]{40} has no valid signature/,
  },
  'refuses a tag that is not signed': {
    args: () => ({ version: 'unsigned' }),
    fails: /tag unsigned has no valid signature/,
  },
  'refuses a tag without a message, of a commit that is not signed': {
    args: () => ({ version: 'light' }),
    fails: /commit [0-9a-f]{40} has no valid signature/,
  },
  'refuses a key that is not in the list': {
    args: () => ({ gpgAllowlist: [OTHER] }),
    fails: /is signed by a key that is not in gpgAllowlist: [0-9A-F]{40}/,
  },
}

describe('a checkout of what is signed', () => {
  let root: string
  let key: string
  let next = 0
  const env = (): NodeJS.ProcessEnv => ({ ...ENV, GNUPGHOME: join(root, 'gpg') })
  const repo = (): string => join(root, 'repo')
  const dest = (): string => join(root, `dest-${next++}`)
  const environment = () => ({ GNUPGHOME: join(root, 'gpg') })

  before(() => {
    root = mkdtempSync(join(tmpdir(), 'rp-sign-'))
    mkdirSync(join(root, 'gpg'), { mode: 0o700 })
    key = execFileSync('sh', ['-ec', REPOSITORY], {
      cwd: root,
      env: env(),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
    assert.match(key, /^[0-9A-F]{40}$/)
  })
  after(() => {
    execFileSync('gpgconf', ['--kill', 'all'], { env: env() })
    rmSync(root, { recursive: true, force: true })
  })

  // The home folder of gpg is in the environment of the task.
  const task = (to: string, args: Partial<GitArgs>) => {
    const made = git('it', { repo: repo(), dest: to, verifyCommit: true, ...args })
    const { withEnvironment } = made.module
    return { ...made, args: withEnvironment?.(made.args, environment()) ?? made.args }
  }

  for (const [what, { args, fails }] of Object.entries(CASES))
    it(what, async () => {
      const to = dest()
      const run = () => converge(task(to, args(key)), SHELLS['dash'])
      if (fails !== undefined) {
        await assert.rejects(run, fails)
        assert.equal(existsSync(join(to, 'a')), false)
        return
      }
      const done = await run()
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.deepEqual((await run()).changes, [])
    })

  it('leaves what is checked out where the next commit is not signed', async () => {
    const to = dest()
    await converge(task(to, {}))
    await assert.rejects(converge(task(to, { version: 'plain' })), /no valid signature/)
    assert.deepEqual((await converge(task(to, {}))).changes, [])
  })

  it('is what Ansible does', function () {
    if (!hasAnsible()) this.skip()
    const all = Object.entries(CASES)
    const results = runAnsible(
      all.map(([, { args }]) => {
        const { gpgAllowlist, ...rest } = args(key)
        const list = gpgAllowlist === undefined ? {} : { gpg_whitelist: gpgAllowlist }
        return {
          module: 'git',
          args: { repo: `file://${repo()}`, dest: dest(), verify_commit: true, ...rest, ...list },
        }
      }),
      ['env', 'GIT_CONFIG_GLOBAL=/dev/null', `GNUPGHOME=${join(root, 'gpg')}`],
    )
    for (const [i, [what, { fails }]] of all.entries())
      assert.equal(
        results[i]?.['failed'] ?? false,
        fails !== undefined,
        `${what}: ${JSON.stringify(results[i])}`,
      )
  })

  it('takes a list only with verifyCommit, and full fingerprints', () => {
    const of = (args: Partial<GitArgs>) => () => git('it', { repo: '/srv/x', dest: '/srv/y', ...args })
    assert.throws(of({ gpgAllowlist: [OTHER] }), { code: 'E_BAD_ARGUMENT' })
    assert.throws(of({ verifyCommit: true, gpgAllowlist: ['ABCD'] }), { code: 'E_BAD_ARGUMENT' })
    assert.throws(of({ verifyCommit: true, bare: true }), { code: 'E_BAD_ARGUMENT' })
  })
})
