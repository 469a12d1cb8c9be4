import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type GitArgs, git } from '../../../../lib/modules/index.ts'
import type { TestShell } from '../../../../lib/testing/shells.ts'
import { runLocal } from '../../../support/run-local.ts'
import { install } from '../../../support/install.ts'
import { SHELLS, converge, itAsRoot, planOf, observe, run } from '../driver.ts'
import { busyboxWithGit, checkedOut, makeOrigins, pointTo, sh } from './git-cases.ts'

install('/usr/bin/git', 'git')

describe('a checkout of git', () => {
  let root: string
  let commits: ReadonlyMap<string, string>
  let busybox: TestShell
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'run-playbook-git-'))
    commits = makeOrigins(root)
    busybox = busyboxWithGit(root)
  })
  after(() => rmSync(root, { recursive: true, force: true }))
  let next = 0
  let dest = ''
  beforeEach(() => {
    dest = join(root, `dest-${next++}`)
    pointTo(root, 'new')
  })

  const task = (args: Partial<GitArgs> = {}) => git('it', { repo: join(root, 'origin'), dest, ...args })
  const short = (name: string): string => (commits.get(name) ?? '').slice(0, 12)
  const there = (): readonly string[] => [
    sh(dest, 'git rev-parse HEAD'),
    sh(dest, 'git symbolic-ref -q HEAD | sed s:refs/heads/::'),
  ]

  for (const [name, shell] of Object.entries(SHELLS))
    it(`works under ${name}`, async () => {
      const host = name === 'busybox' ? busybox : shell
      pointTo(root, 'old')
      const first = await converge(task(), host)
      assert.deepEqual([first.left, first.wrong], [[], []])
      assert.deepEqual(first.changes, [{ what: 'commit', from: 'absent', to: `${short('c2')} (main)` }])
      pointTo(root, 'new')
      const second = await converge(task({ version: 'v3', depth: 1 }), host)
      assert.deepEqual([second.left, second.wrong], [[], []])
      assert.deepEqual(second.changes, [
        { what: 'commit', from: short('c2'), to: `${short('c3')} (v3)` },
        { what: 'branch', from: 'main', to: 'none' },
      ])
    })

  it('checks out a commit, also one that is on no branch', async () => {
    const done = await converge(task({ version: (commits.get('r2') ?? '').toUpperCase() })).catch(String)
    assert.match(String(done), /does not have the commit/)
    pointTo(root, 'rewritten')
    sh(root, 'git -C rewritten update-ref refs/hidden/one "$(git -C rewritten rev-parse main)"')
    for (const depth of [undefined, 1]) {
      const { left, wrong } = await converge(task({ version: commits.get('r2') ?? '', depth }))
      assert.deepEqual([left, wrong], [[], []])
      assert.deepEqual(there(), [commits.get('r2'), ''])
    }
    // Away from it again: it is no commit of somebody here.
    assert.deepEqual((await converge(task({ version: 'early' }))).left, [])
  })

  it('fetches no more history than asked', async () => {
    const count = (): string => sh(dest, 'git rev-list --count HEAD')
    await converge(task({ depth: 1 }))
    assert.equal(count(), '1')
    await converge(task({ depth: 2, version: commits.get('c3') ?? '' }))
    rmSync(dest, { recursive: true })
    await converge(task({ depth: 2 }))
    assert.equal(count(), '2')
    rmSync(dest, { recursive: true })
    await converge(task())
    assert.equal(count(), '3')
    assert.equal(sh(dest, 'git rev-parse --abbrev-ref main@{upstream}'), 'origin/main')
  })

  it('checks out what the dry run said, also where the branch has moved on', async () => {
    pointTo(root, 'old')
    for (const depth of [undefined, 1]) {
      const one = task({ depth })
      pointTo(root, 'old')
      const state = await observe(['dash'], one.module.probe(one.args))
      pointTo(root, 'new')
      for (const step of one.module.apply(one.args, state))
        if ('script' in step) {
          const { code, stderr } = await run(['dash'], step)
          assert.equal(code, 0, stderr.toString())
        }
      assert.deepEqual(there(), [commits.get('c2'), 'main'])
      rmSync(dest, { recursive: true })
    }
  })

  it('goes on with a checkout that was not finished', async () => {
    pointTo(root, 'old')
    const one = task()
    const state = await observe(['dash'], one.module.probe(one.args))
    const [step] = one.module.apply(one.args, state)
    assert.ok(step !== undefined && 'script' in step)
    const script = step.script.replace('have || {', 'exit 9; have || {')
    assert.equal((await run(['dash'], { script })).code, 9)
    writeFileSync(join(dest, 'a'), 'half')
    writeFileSync(join(dest, '.git/index.lock'), '')
    const done = await converge(one)
    assert.deepEqual([done.left, done.wrong], [[], []])
    assert.equal(readFileSync(join(dest, 'a'), 'utf8'), 'c2\n')
  })

  it('keeps a bare repository with all branches and tags', async () => {
    pointTo(root, 'old')
    const first = await converge(task({ bare: true }))
    assert.deepEqual([first.left, first.wrong], [[], []])
    assert.deepEqual(first.changes, [
      { what: 'branches and tags', from: 'absent', to: 'as the repository has them' },
    ])
    assert.deepEqual(there(), [commits.get('c2'), 'main'])
    assert.deepEqual((await converge(task({ bare: true }))).changes, [])
    pointTo(root, 'moved')
    assert.deepEqual((await converge(task({ bare: true, update: false }))).changes, [])
    const second = await converge(task({ bare: true }))
    assert.deepEqual([second.left, second.wrong], [[], []])
    assert.equal(second.changes[0]?.from, '3 of 8 missing or old')
    assert.equal(sh(dest, 'git for-each-ref'), sh(join(root, 'moved'), 'git for-each-ref'))
    await assert.rejects(converge(task()), { code: 'E_OTHER_KIND' })
  })

  it('refuses what is no checkout', async () => {
    mkdirSync(dest)
    const empty = await converge(task())
    assert.deepEqual([empty.left, empty.wrong], [[], []])
    await assert.rejects(converge(task({ bare: true })), {
      code: 'E_OTHER_KIND',
      message: /no bare repository/,
    })
    rmSync(join(dest, '.git'), { recursive: true })
    await assert.rejects(converge(task()), { code: 'E_OTHER_KIND', message: /is not empty, and no checkout/ })
    mkdirSync(join(dest, '.git'))
    await assert.rejects(converge(task()), { code: 'E_OTHER_KIND', message: /git cannot read/ })
    rmSync(dest, { recursive: true })
    symlinkSync('template', dest)
    await assert.rejects(converge(task()), { code: 'E_OTHER_KIND', message: /is a link to template/ })
    await assert.rejects(converge(task({ dest: join(root, 'none/x') })), { code: 'E_NO_DIRECTORY' })
    await assert.rejects(converge(task({ dest: join(root, 'template/a') })), { code: 'E_OTHER_KIND' })
  })

  it('does not take a repository further up for its own', async () => {
    checkedOut(root, dest)
    const inner = join(dest, 'inner')
    mkdirSync(inner)
    const done = await converge(task({ dest: inner }))
    assert.deepEqual([done.left, done.wrong], [[], []])
    assert.equal(sh(dest, 'git rev-parse HEAD'), commits.get('c2'))
  })

  it('keeps a file of yours that the version has too, unless forced', async () => {
    pointTo(root, 'rewritten')
    sh(
      root,
      'git clone -q rewritten more; cd more; echo x >b; git add b; git commit -q -m b; git push -q origin main',
    )
    checkedOut(root, dest)
    writeFileSync(join(dest, 'b'), 'mine\n')
    await assert.rejects(
      converge(task()),
      /untracked working tree files would be overwritten by checkout: +b/,
    )
    assert.equal(readFileSync(join(dest, 'b'), 'utf8'), 'mine\n')
    assert.deepEqual((await converge(task({ force: true }))).left, [])
    assert.equal(readFileSync(join(dest, 'b'), 'utf8'), 'x\n')
  })

  itAsRoot('runs no git in a repository that belongs to another user', async () => {
    checkedOut(root, dest)
    const trap = join(root, 'trapped')
    writeFileSync(join(dest, '.git/hook'), `#!/bin/sh\ntouch ${trap}\n`, { mode: 0o755 })
    sh(dest, 'git config core.fsmonitor .git/hook')
    const owners = [
      ['.', 1500, 0],
      ['.git', 0, 1500],
    ] as const
    for (const [, of, inner] of owners) {
      chownSync(dest, of, of)
      chownSync(join(dest, '.git'), inner, inner)
      for (const shell of [SHELLS['dash'] ?? [], ['env', 'SUDO_UID=1500', 'dash']])
        await assert.rejects(converge(task(), shell), {
          code: 'E_FOREIGN_CHECKOUT',
          message: /belongs to another user: uid 1500/,
          hint: /becomeUser/,
        })
    }
    assert.ok(!existsSync(trap))
  })

  itAsRoot('writes nowhere where somebody else could put something', async () => {
    mkdirSync(join(root, 'theirs'))
    chownSync(join(root, 'theirs'), 1500, 1500)
    mkdirSync(join(root, 'theirs/a'))
    await assert.rejects(converge(task({ dest: join(root, 'theirs/a/x') })), { code: 'E_UNSAFE_PATH' })
    mkdirSync(dest)
    chmodSync(dest, 0o777)
    await assert.rejects(converge(task()), {
      code: 'E_UNSAFE_PATH',
      message: /everybody can write to it \(0777\)/,
    })
  })

  it('says in a dry run what it would do, and changes nothing', async () => {
    checkedOut(root, dest)
    const other = `${dest}-new`
    const tasks = () => [task(), git('again', { repo: join(root, 'origin'), dest }), task({ dest: other })]
    const { statuses } = await runLocal(tasks, { check: true })
    assert.deepEqual(statuses, ['it: would-change', 'again: ok', 'it: would-change'])
    assert.equal(sh(dest, 'git rev-parse HEAD origin/main'), `${commits.get('c2')}\n${commits.get('c2')}`)
    assert.ok(!existsSync(other))
    const real = await runLocal(tasks)
    assert.deepEqual(real.statuses, ['it: changed', 'again: ok', 'it: changed'])
    assert.equal(lstatSync(other).mode & 0o7777, 0o755)
  })

  it('gets the environment of the task', async () => {
    const options = {
      environment: {
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: `url.${root}/old.insteadOf`,
        GIT_CONFIG_VALUE_0: '/no/such',
      },
    }
    const tasks = () => [git('it', { repo: '/no/such', dest }, options)]
    const { tasks: done } = await runLocal(tasks)
    assert.deepEqual(
      done.map(({ status, error }) => error?.message ?? status),
      ['changed'],
    )
    assert.deepEqual(there(), [commits.get('c2'), 'main'])
  })

  it('needs git', async () => {
    const shell = SHELLS['busybox'] ?? []
    await assert.rejects(converge(task(), shell), { code: 'E_NO_GIT', hint: /packages\('git'/ })
  })

  it('shows no password of an address that is there', async () => {
    checkedOut(root, dest)
    sh(dest, String.raw`git config remote.origin.url 'https://me:hunter22@example.org/x\nhead'`)
    const one = task()
    const { changes } = planOf(one, await observe(['dash'], one.module.probe(one.args)))
    assert.equal(changes[0]?.from, String.raw`https://example.org/x\nhead`)
  })
})
