import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { GitArgs } from '../../../../lib/modules/index.ts'
import type { TestShell } from '../../../../lib/testing/shells.ts'

export const ENV: NodeJS.ProcessEnv = {
  ...process.env,
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.org',
  GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
  GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
  GIT_CONFIG_GLOBAL: '/dev/null',
}

export const sh = (cwd: string, script: string): string =>
  execFileSync('sh', ['-ec', script], { cwd, env: ENV, encoding: 'utf8' }).trim()

/**
 * Repositories of a story: `old`, then `new`, which has more; `moved`, where a tag was moved; `rewritten`, whose branch was replaced. The link `origin` leads to one
 * of them. `template` is a checkout of `old`.
 */
export function makeOrigins(root: string): ReadonlyMap<string, string> {
  mkdirSync(root, { recursive: true })
  const said = sh(
    root,
    `git init -q -b main work; cd work
    add() { echo "$1" >a; git add a; git commit -q -m "$1"; echo "$1 $(git rev-parse HEAD)"; }
    add c1; git tag -a -m early early; git tag moving; git branch other
    add c2; git checkout -q -b dev early; add d1; git branch both; git tag both early
    git checkout -q main; git clone -q --bare . ../old
    add c3; git tag v3; git clone -q --bare . ../new
    git reset -q --hard early; add r2; git clone -q --bare . ../rewritten
    git reset -q --hard v3; git tag -f moving >/dev/null; git clone -q --bare . ../moved
    git checkout -q --orphan none; git rm -q -r --cached .; git init -q --bare -b main ../empty
    cd ..; ln -s old origin
    git clone -q "$PWD/origin" template; git -C template config remote.origin.url "$PWD/origin"
    echo "early $(git -C old rev-parse early^{commit})"`,
  )
  return new Map(said.split('\n').map((line) => line.split(' ') as [string, string]))
}

export function pointTo(root: string, origin: string, link = 'origin'): void {
  rmSync(join(root, link), { force: true })
  symlinkSync(origin, join(root, link))
}

/** A checkout of `old`, on its branch main. */
export function checkedOut(root: string, dest: string): void {
  cpSync(join(root, 'template'), dest, { recursive: true })
}

export interface GitCase {
  /** What is done to a checkout of `old` before. Undefined: there is no checkout. */
  readonly before?: string
  /** What `origin` has by now. @default 'new' */
  readonly origin?: string
  readonly args?: Partial<Omit<GitArgs, 'repo' | 'dest'>>
  /** Commit and branch afterwards, or what the task fails with. */
  readonly after: readonly [commit: string, branch: string] | RegExp
  /** What changes; nothing when empty. */
  readonly changes?: readonly string[]
  /** Arguments of Ansible's module of other names. `differs`: on purpose, and how. */
  readonly ansible?: Readonly<Record<string, unknown>> | { readonly differs: string }
}

const NEW = ['commit']

/** Behaviours of Ansible's `git`, in our words. */
export const CASES: Readonly<Record<string, GitCase>> = {
  'makes a checkout of the default branch': { after: ['c3', 'main'], changes: NEW },
  'makes a checkout of a branch': { args: { version: 'dev' }, after: ['d1', 'dev'], changes: NEW },
  'makes a checkout of a tag': { args: { version: 'v3' }, after: ['c3', ''], changes: NEW },
  'makes a checkout of a tag with a message': { args: { version: 'early' }, after: ['c1', ''], changes: NEW },
  'takes a branch before a tag of the same name': {
    args: { version: 'both' },
    after: ['d1', 'both'],
    changes: NEW,
  },
  'leaves what is there': { before: ':', origin: 'old', after: ['c2', 'main'] },
  'follows a branch that has moved on': { before: ':', after: ['c3', 'main'], changes: NEW },
  'follows a branch that was replaced': {
    before: ':',
    origin: 'rewritten',
    args: { version: 'main' },
    after: ['r2', 'main'],
    changes: NEW,
  },
  'goes to another branch': {
    before: ':',
    args: { version: 'dev' },
    after: ['d1', 'dev'],
    changes: ['commit', 'branch'],
  },
  'goes to a tag': {
    before: ':',
    args: { version: 'early' },
    after: ['c1', ''],
    changes: ['commit', 'branch'],
  },
  'goes to a tag that is new': {
    before: ':',
    args: { version: 'v3' },
    after: ['c3', ''],
    changes: ['commit', 'branch'],
  },
  'goes back from a tag to a branch': {
    before: 'git checkout -q early',
    args: { version: 'main' },
    after: ['c3', 'main'],
    changes: ['commit', 'branch'],
  },
  'follows a tag that was moved': {
    before: 'git checkout -q moving',
    origin: 'moved',
    args: { version: 'moving' },
    after: ['c3', ''],
    changes: NEW,
    ansible: { differs: 'it needs force: true' },
  },
  'refuses a version that is not there': { before: ':', args: { version: 'nowhere' }, after: /nowhere/ },
  'refuses a version that is not there, of a new checkout': {
    args: { version: 'nowhere' },
    after: /nowhere/,
  },
  'refuses local changes': { before: 'echo mine >>a', after: /local changes: a/ },
  'refuses local changes that are staged': { before: 'echo mine >b; git add b', after: /local changes: b/ },
  'refuses local changes also where the version is right': {
    before: 'echo mine >>a',
    origin: 'old',
    after: /local changes/,
  },
  'throws local changes away with force': {
    before: 'echo mine >>a; rm -f .git/ORIG_HEAD',
    origin: 'old',
    args: { force: true },
    after: ['c2', 'main'],
    changes: ['local changes'],
  },
  'throws a file that was removed away with force': {
    before: 'git rm -q a',
    args: { force: true },
    after: ['c3', 'main'],
    changes: ['local changes', 'commit'],
  },
  'leaves files that git does not know': {
    before: 'echo mine >untracked',
    after: ['c3', 'main'],
    changes: NEW,
  },
  'sets another address': {
    before: 'git config remote.origin.url /nowhere',
    origin: 'old',
    after: ['c2', 'main'],
    changes: ['remote origin'],
  },
  'leaves a checkout without update': {
    before: ':',
    args: { update: false, version: 'dev' },
    after: ['c2', 'main'],
  },
  'makes a checkout without update': { args: { update: false }, after: ['c3', 'main'], changes: NEW },
  'names the remote': {
    args: { remote: 'upstream' },
    after: ['c3', 'main'],
    changes: NEW,
  },
  'makes a checkout of little history': { args: { depth: 1 }, after: ['c3', 'main'], changes: NEW },
  'goes from little history to an old tag': {
    before: `url=$(git config remote.origin.url); rm -r .git; git init -q; git remote add origin "$url"; git fetch -q --depth 1 origin main:refs/remotes/origin/main
      git checkout -q -f --no-track -B main origin/main`,
    args: { version: 'early' },
    after: ['c1', ''],
    changes: ['commit', 'branch'],
  },
  'refuses local commits': {
    before: 'echo mine >>a; git -c user.name=a -c user.email=a@example.org commit -q -a -m mine',
    after: /has 1 local commits that no remote has/,
    ansible: { differs: 'it throws them away' },
  },
  'throws local commits away with force': {
    before: 'echo mine >>a; git -c user.name=a -c user.email=a@example.org commit -q -a -m mine',
    args: { force: true },
    after: ['c3', 'main'],
    changes: ['local commits', 'commit'],
  },
  'goes to the default branch for HEAD': {
    before: 'git checkout -q -b dev origin/dev',
    after: ['c3', 'main'],
    changes: ['commit', 'branch'],
    ansible: { differs: 'it stays on the branch that is checked out' },
  },
  'refuses a repository without commits': { origin: 'empty', after: /no default branch with a commit/ },
  'refuses a repository that is not there': { origin: 'none', after: /cannot read .*origin-\d+: / },
}

/** A host with git and the tools of BusyBox, and nothing else. @param root a folder to put them in */
export function busyboxWithGit(root: string): TestShell {
  const tools = join(root, 'tools')
  mkdirSync(tools)
  execFileSync('busybox', ['--install', '-s', tools])
  symlinkSync('/usr/bin/git', join(tools, 'git'))
  return ['env', '-i', `PATH=${tools}`, join(tools, 'sh')]
}
