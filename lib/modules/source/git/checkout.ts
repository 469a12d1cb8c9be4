import { type Reader, type Reply, readerOfOne } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { sh } from '../../../core/sh.ts'
import type { Git } from './args.ts'
import { prelude } from './script.ts'
import { isCommit, withoutPasswords } from './url.ts'

/** What is at `dest`, as git sees it. */
export type Checkout =
  | { readonly kind: 'no git' | 'absent' | 'empty' | 'other' }
  /** It, or the repository in it, belongs to another user. Git was not run in it. */
  | { readonly kind: 'foreign'; readonly uid: number }
  | { readonly kind: 'broken'; readonly why: string }
  | Repository

export interface Repository {
  readonly kind: 'repository'
  /** The commit that is checked out. Undefined where there is none yet. */
  readonly head: string | undefined
  /** The branch that is checked out. Undefined for a commit or a tag. */
  readonly branch: string | undefined
  readonly url: string | undefined
  /** Files that git knows and that were changed here; at most 20. */
  readonly changed: readonly string[]
  /** Commits of the branch that no remote has. */
  readonly unpushed: number
  /** Submodules that are not what the commit says. */
  readonly stale: number
}

interface Asked {
  readonly dest: string
  readonly remote: string
  readonly version: string
  readonly recursive: boolean
}

export const checkoutKey = ({ dest, remote, version, recursive = true }: Git): string =>
  JSON.stringify({ dest, remote, version, recursive } satisfies Asked)

const asked = (key: string): Asked => JSON.parse(key) as Asked

const GIT_PROGRAMS = ['/usr/bin/git', '/bin/git', '/usr/local/bin/git'].map(paths.at)

export const seesGit = (dest: string) => [paths.below(dest), ...GIT_PROGRAMS]

/** The setting of a checkout that is being made. */
export const UNFINISHED = 'run-playbook.unfinished'

/** By the `checkoutKey`. */
export const checkout: Reader<Checkout> = readerOfOne({
  name: 'git checkout',
  ask: (key) => {
    const { dest, remote, version, recursive } = asked(key)
    return [
      ...prelude(dest, { environment: {} }, true),
      ...own(dest, '.git'),
      '[ "$(git rev-parse --is-bare-repository)" = false ] || { echo other; exit 0; }',
      'head=$(git rev-parse -q --verify "HEAD^{commit}") || head=',
      'echo repository',
      'echo "head $head"',
      'echo "branch $(git symbolic-ref -q HEAD)"',
      sh`printf 'url %s\\n' "$(git config --local --get ${`remote.${remote}.url`} | head -n 1)"`,
      // Of a checkout that was not finished, nothing is somebody's work.
      `[ "$(git config --local --get ${UNFINISHED})" = true ] ||`,
      `  git status --porcelain=v2 --untracked-files=no | head -n 1000 | sed 's/^/file /'`,
      sh`set -- $(git rev-parse -q --verify ${`refs/heads/${version}^{commit}`}) $head`,
      `[ $# -eq 0 ] || echo "unpushed $(git rev-list --count "$@" --not --remotes --tags --glob=refs/run-playbook)"`,
      ...(recursive ? [STALE] : []),
      'echo end',
    ].join('\n')
  },
  parse: parseCheckout,
  sees: (key) => seesGit(asked(key).dest),
})

// Those with `update = none` are not checked out.
const STALE = `if [ -f .gitmodules ]; then
  {
    for file in .gitmodules .git/config; do
      git config -f "$file" --get-regexp '^submodule[.].*[.]update$' '^none$' | sed 's/^/none /'
    done
    git config -f .gitmodules --get-regexp '^submodule[.].*[.]path$' | sed 's/^/path /'
    git submodule status --recursive | sed 's/^/=/'
  } | awk '
    $1 == "none" { sub(/[.]update$/, "", $2); none[$2] = 1 }
    $1 == "path" { sub(/[.]path$/, "", $2); if ($2 in none) skip[$3] = 1 }
    /^=[^ ]/ && !(/^=-/ && $2 in skip) { stale++ }
    END { print "stale " stale + 0 }'
fi`

/** Goes into `dest`, unless there is nothing to run git in: then it says so and ends the script. `inner` is what makes it a repository. */
export const own = (dest: string, inner: string): string[] => [
  'command -v git >/dev/null || { echo no git; exit 0; }',
  sh`dest=${dest} inner=${inner}`,
  'if [ ! -d "$dest" ] || [ -L "$dest" ]; then echo absent; exit 0; fi',
  `cd -P -- "$dest" || { echo broken; exit 0; }`,
  'me=$(id -u)',
  'for one in . "$inner"; do',
  '  is=$(stat -c %u "$one" 2>/dev/null) || continue',
  '  [ "$is" = "$me" ] || { echo "foreign $is"; exit 0; }',
  'done',
  'if [ ! -e "$inner" ]; then',
  '  if [ -z "$(ls -A)" ]; then echo empty; else echo other; fi',
  '  exit 0',
  'fi',
  'git rev-parse --git-dir >/dev/null || { echo broken; exit 0; }',
]

export function parseCheckout({ stdout, stderr }: Reply): Checkout {
  const [first = '', ...lines] = stdout.toString().trimEnd().split('\n')
  const known = common(first, stderr.toString())
  if (known !== undefined) return known
  if (first !== 'repository' || lines.at(-1) !== 'end')
    throw new Error(lastLine(stderr.toString()) || 'the host does not say what is checked out')
  const values = (name: string): string[] =>
    lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1))
  const [head = ''] = values('head')
  const [branch = ''] = values('branch')
  const [url = ''] = values('url')
  if (head !== '' && !isCommit(head)) throw new Error('the host does not say which commit is checked out')
  return {
    kind: 'repository',
    head: head || undefined,
    branch: branch.startsWith('refs/heads/') ? branch.slice('refs/heads/'.length) : undefined,
    url: url || undefined,
    changed: values('file').flatMap(changedFile).slice(0, 20),
    unpushed: count(values('unpushed')),
    stale: count(values('stale')),
  }
}

/** What is said of a place that git is not run in. */
export function common(first: string, said: string): Exclude<Checkout, Repository> | undefined {
  if (first === 'no git' || first === 'absent' || first === 'empty' || first === 'other')
    return { kind: first }
  const [, uid] = /^foreign (\d{1,10})$/.exec(first) ?? []
  if (uid !== undefined) return { kind: 'foreign', uid: Number(uid) }
  return first === 'broken' ? { kind: 'broken', why: lastLine(said) } : undefined
}

export const lastLine = (text: string): string =>
  withoutPasswords(
    text
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/[^\x20-\x7e]/g, '?') ?? '',
  ).slice(0, 400)

// Another commit of a submodule is no change of a file: it may be the submodule that is to be brought up to date.
function changedFile(line: string): string[] {
  const [, kind = '', state = '', module = '', rest = ''] = /^([12u]) (\S\S) (\S{4}) (.*)$/.exec(line) ?? []
  if (kind === '') return []
  const [, path = ''] = (kind === '1' ? /^(?:\S+ ){5}(.*)$/ : /^(?:\S+ ){6,7}([^\t]*)/).exec(rest) ?? []
  if (module.startsWith('S') && module[2] === '.' && state.startsWith('.')) return []
  return [path || rest]
}

export function count([said = '0']: readonly string[]): number {
  if (!/^\d{1,9}$/.test(said)) throw new Error('the host does not say what is checked out')
  return Number(said)
}
