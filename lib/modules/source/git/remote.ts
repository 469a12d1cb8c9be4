import { type Reader, type Reply, readerOfOne } from '../../../core/probe.ts'
import { type Resource, paths } from '../../../core/resource.ts'
import { sh } from '../../../core/sh.ts'
import { served } from '../../shared/served.ts'
import type { Git } from './args.ts'
import { common, count, lastLine, own, seesGit } from './checkout.ts'
import { type Surroundings, WHY, prelude, surroundingsOf } from './script.ts'
import { isCommit, isRefName, withoutPasswords } from './url.ts'

/** What a repository has of a version. */
export type Remote = {
  /** Where ssh looks for the keys of servers. */
  readonly home: string
} & (
  | { readonly kind: 'no git' | 'not asked' }
  | { readonly kind: 'failed'; readonly why: string }
  | {
      readonly kind: 'refs'
      /** The default branch, and its commit. */
      readonly head: { readonly commit: string; readonly branch: string | undefined } | undefined
      readonly branch: string | undefined
      readonly tag: string | undefined
    }
)

/** How many branches and tags a bare repository lacks, of how many. */
export type Mirror = {
  readonly home: string
} & (
  | { readonly kind: 'no git' | 'absent' | 'empty' | 'other' }
  | { readonly kind: 'foreign'; readonly uid: number }
  | { readonly kind: 'broken' | 'failed'; readonly why: string }
  | {
      readonly kind: 'repository'
      readonly url: string | undefined
      readonly behind: number
      readonly total: number
    }
)

interface Asked extends Surroundings {
  readonly repo: string
  readonly version: string
  /** Nothing is asked where this is there. */
  readonly unless: string | undefined
}

/** By the `remoteKey`: asks the repository, as `git ls-remote` does. */
export const remoteRefs: Reader<Remote> = readerOfOne({
  name: 'git remote',
  ask: (key) => {
    const { repo, version, unless, ...given } = JSON.parse(key) as Asked
    const refs = ['HEAD', `refs/heads/${version}`, `refs/tags/${version}`, `refs/tags/${version}^{}`]
    return [
      HOME,
      ...(unless === undefined ? [] : [sh`if [ -e ${unless} ]; then echo not asked; exit 0; fi`]),
      'command -v git >/dev/null || { echo no git; exit 0; }',
      ...prelude('/x', given, true),
      'cd /',
      sh`if said=$(git ls-remote --symref -- ${repo} ${refs} 2>&1 </dev/null); then echo refs; printf '%s\\n' "$said"; exit 0; fi`,
      WHY,
      `printf 'failed %s\\n' "$why"`,
    ].join('\n')
  },
  parse: parseRemote,
  sees: (key, answer) => {
    const { repo, unless, ...given } = JSON.parse(key) as Asked
    const waits = unless === undefined ? [] : [paths.at(unless)]
    return [...seesRemote(repo, given, answer as Remote | undefined), ...waits]
  },
})

const HOME = `printf 'home %s\\n' "\${HOME:-/}"`

export function remoteKey(given: Git): string {
  const { repo, version, update = true, dest, bare = false } = given
  const asked: Asked = {
    repo,
    version,
    unless: update ? undefined : `${dest}/${bare ? 'HEAD' : '.git'}`,
    ...surroundingsOf(given),
  }
  return JSON.stringify(asked)
}

/** Who answers, and what ssh and git read for it. */
function seesRemote(
  repo: string,
  given: Surroundings,
  answer: { readonly home: string } | undefined,
): Resource[] {
  const local = repo.replace(/^file:\/\//i, '')
  const files = [given.keyFile, given.credentialsFile, '/etc/ssh/ssh_known_hosts', '/etc/gitconfig']
  return [
    served.all,
    ...(local.startsWith('/') ? [paths.below(local)] : []),
    ...files.flatMap((file) => (file === undefined ? [] : [paths.at(file)])),
    ...(answer === undefined ? [paths.all] : ownFiles(answer.home)),
    ...seesGit('/usr/bin/ssh'),
  ]
}

/** What ssh and git read in a home folder. */
export const ownFiles = (home: string): Resource[] => [
  paths.below(`${home === '/' ? '' : home}/.ssh`),
  paths.at(`${home === '/' ? '' : home}/.gitconfig`),
]

function parseRemote({ stdout, stderr }: Reply, key: string): Remote {
  const { version } = JSON.parse(key) as Asked
  const [at = '', first = '', ...lines] = stdout.toString().split('\n')
  const home = homeOf(at)
  if (first === 'no git' || first === 'not asked') return { home, kind: first }
  const why = failure(first)
  if (why !== undefined) return { home, kind: 'failed', why }
  if (first !== 'refs') throw new Error(lastLine(stderr.toString()) || SILENT)
  const refs = new Map<string, string>()
  let branch: string | undefined
  for (const line of lines) {
    const [, id = '', name = ''] = /^([0-9a-f]+)\t(\S+)$/.exec(line) ?? []
    if (isCommit(id)) refs.set(name, id)
    const [, symbolic = ''] = /^ref: refs\/heads\/(\S+)\tHEAD$/.exec(line) ?? []
    if (symbolic !== '' && isRefName(symbolic)) branch = symbolic
  }
  const commit = refs.get('HEAD')
  return {
    home,
    kind: 'refs',
    head: commit === undefined ? undefined : { commit, branch },
    branch: refs.get(`refs/heads/${version}`),
    // Of a tag that is an object of its own, the commit comes with ^{} behind the name.
    tag: refs.get(`refs/tags/${version}^{}`) ?? refs.get(`refs/tags/${version}`),
  }
}

const SILENT = 'the host does not say what the repository has'

function homeOf(line: string): string {
  const [, home] = /^home (\/[^\0]*)$/.exec(line) ?? []
  if (home === undefined) throw new Error(SILENT)
  return home.replace(/(.)\/+$/, '$1')
}

const failure = (line: string): string | undefined => {
  const [, why] = /^failed (.*)$/.exec(line) ?? []
  return why === undefined
    ? undefined
    : withoutPasswords(why.replace(/[^\x20-\x7e]/g, '?')).trim() || 'no reason given'
}

interface AskedMirror extends Surroundings {
  readonly repo: string
  readonly dest: string
  readonly remote: string
  readonly update: boolean
}

export function mirrorKey(given: Git): string {
  const { repo, dest, remote, update = true } = given
  return JSON.stringify({ repo, dest, remote, update, ...surroundingsOf(given) } satisfies AskedMirror)
}

/** By the `mirrorKey`. What is there and what the repository has are compared on the host: there may be many thousands. */
export const mirror: Reader<Mirror> = readerOfOne({
  name: 'git mirror',
  ask: (key) => {
    const { dest, remote, repo, update, ...given } = JSON.parse(key) as AskedMirror
    return [
      HOME,
      ...prelude(dest, given, true),
      ...own(dest, 'HEAD'),
      '[ "$(git rev-parse --is-bare-repository)" = true ] || { echo other; exit 0; }',
      sh`url=$(git config --local --get ${`remote.${remote}.url`} | head -n 1)`,
      `have=$(git for-each-ref --format='= %(objectname) %(refname)' refs/heads refs/tags)`,
      'cd /',
      ...(update
        ? [
            sh`if ! said=$(git ls-remote --refs --heads --tags -- ${repo} 2>&1 </dev/null); then`,
            WHY,
            `printf 'failed %s\n' "$why"`,
            'exit 0',
            'fi',
          ]
        : ['said=']),
      'echo repository',
      `printf 'url %s\\n' "$url"`,
      `printf '%s\n' "$have" "$said" | awk '${COMPARE}'`,
    ].join('\n')
  },
  parse: parseMirror,
  sees: (key, answer) => {
    const { dest, repo, ...given } = JSON.parse(key) as AskedMirror
    return [...seesRemote(repo, given, answer as Mirror | undefined), ...seesGit(dest)]
  },
})

const COMPARE = String.raw`
$1 == "=" { have[$3] = $2; next }
$1 ~ /^[0-9a-f]+$/ && $2 ~ /^refs\/(heads|tags)\// { total++; if (have[$2] != $1) behind++ }
END { print "behind " behind + 0; print "total " total + 0 }`

function parseMirror({ stdout, stderr }: Reply): Mirror {
  const [at = '', first = '', ...lines] = stdout.toString().trimEnd().split('\n')
  const home = homeOf(at)
  const said = common(first, stderr.toString())
  if (said !== undefined) return { home, ...said }
  const why = failure(first)
  if (why !== undefined) return { home, kind: 'failed', why }
  const value = (name: string): string[] =>
    lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1))
  if (first !== 'repository' || value('total').length === 0)
    throw new Error(lastLine(stderr.toString()) || SILENT)
  return {
    home,
    kind: 'repository',
    url: value('url')[0] || undefined,
    behind: count(value('behind')),
    total: count(value('total')),
  }
}
