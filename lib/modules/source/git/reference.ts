import { UserError } from '../../../core/errors.ts'
import { type Reader, type Reply, readerOfOne } from '../../../core/probe.ts'
import { sh } from '../../../core/sh.ts'
import type { Git } from './args.ts'
import { lastLine, seesGit } from './checkout.ts'
import { prelude } from './script.ts'

/** A repository whose objects a checkout uses. */
export type GitReference =
  | { readonly kind: 'no git' | 'absent' | 'shallow' }
  | { readonly kind: 'broken'; readonly why: string }
  | { readonly kind: 'repository'; /** Where its objects are. */ readonly objects: string }

/** By its path. Git itself does not read one that belongs to another user. */
export const gitReference: Reader<GitReference> = readerOfOne<GitReference>({
  name: 'git reference',
  ask: (path) =>
    [
      'command -v git >/dev/null || { echo no git; exit 0; }',
      ...prelude(`${path}/x`, { environment: {} }, true),
      sh`[ -d ${path} ] || { echo absent; exit 0; }`,
      sh`cd -P -- ${path} || { echo broken; exit 0; }`,
      'common=$(git rev-parse --git-common-dir) || { echo broken; exit 0; }',
      '[ "$(git rev-parse --is-shallow-repository)" != true ] || { echo shallow; exit 0; }',
      'cd -P -- "$common/objects" || { echo broken; exit 0; }',
      'echo "objects $(pwd -P)"',
    ].join('\n'),
  parse: ({ stdout, stderr }: Reply) => {
    const said = stdout.toString().trimEnd()
    if (said === 'no git' || said === 'absent' || said === 'shallow') return { kind: said }
    if (said === 'broken') return { kind: 'broken', why: lastLine(stderr.toString()) }
    const [, objects] = /^objects (\/[^\n\0]*)$/.exec(said) ?? []
    if (objects === undefined) throw new Error('the host does not say what the reference repository is')
    return { kind: 'repository', objects }
  },
  sees: (path) => seesGit(path),
})

/** @throws UserError unless a new checkout can use its objects */
export function objectsOf({ reference = '' }: Git, found: GitReference | undefined): string | undefined {
  if (found === undefined || found.kind === 'no git') return undefined
  if (found.kind === 'repository') return found.objects
  const what = {
    absent: 'does not exist',
    shallow: 'has a part of its history only',
    broken: 'cannot be read by git',
  }[found.kind]
  throw new UserError(
    'E_OTHER_KIND',
    `the reference repository ${reference} ${what}${found.kind === 'broken' ? `: ${found.why}` : ''}`,
    { hint: 'Name a repository on the host that belongs to the user of the task, or leave reference out.' },
  )
}
