import * as z from '../../core/lazy-zod.ts'
import type { ArgsOf } from '../../core/args-of.ts'
import { UserError } from '../../core/errors.ts'
import { type Module, type Plan, defineModule } from '../../core/module.ts'
import { type Reply, ask, askAll, mapProbe, predict } from '../../core/probe.ts'
import { paths } from '../../core/resource.ts'
import { absolutePath } from '../../core/schemas.ts'
import { quote, sh } from '../../core/sh.ts'
import { type AccessState, probeAccess, sameAccounts } from '../shared/access.ts'
import { SELF } from '../shared/account.ts'
import { EXPLAIN } from '../shared/explain.ts'
import { ancestors, assertFolder } from '../shared/parent-folders.ts'
import { PLACE } from '../shared/place.ts'
import { type ParentFolder, assertSafe, probeFolders, sameFolders } from '../shared/safe-path.ts'
import { type Stat, stat } from '../shared/stat.ts'
import { restoreLabels } from '../shared/labels.ts'

const part = z.string().regex(/^[^/\0\n\r]{0,200}$/, 'must be a part of a name, without a slash')

const shape = {
  /** What is made. @default 'file' */
  state: z.enum(['file', 'directory']).optional(),
  /** Absolute path of the directory that it is made in. It must exist. @default '/tmp' */
  path: absolutePath.optional(),
  /** What its name begins with. @default 'run-playbook.' */
  prefix: part.optional(),
  /** What its name ends with, such as `'.yml'`. @default nothing */
  suffix: part.optional(),
}

export interface TempfileArgs extends ArgsOf<typeof shape> {}

/** What was made. */
export interface TempfileState {
  /** Its absolute path. Empty until it is made. */
  readonly path: string
  /** What its path begins and ends with. */
  readonly begins: string
  readonly ends: string
  /** The directory that it is made in. */
  readonly folder: Stat
  /** The directories above, the outermost first. */
  readonly above: readonly ParentFolder[]
  readonly access: AccessState
}

/**
 * Makes a new, empty file or directory with a name that nobody can foretell, for the user of the task alone: mode 0600 or 0700. Its path is
 * there for later tasks, with `from`. In a dry run it is not known yet.
 *
 * As in Ansible, each run makes another one, and the task is reported as changed. Nothing removes it by itself: remove it in an `always`, as in the
 * example, which is run after a failure too. What is left in `/tmp` after the connection was lost goes when the host next cleans `/tmp`: many do that at
 * boot, or after ten days. Unlike in Ansible, a directory in which another user could put something in its place is an error.
 *
 * @results path
 *
 * @dryRun Would change each time, and fails where the directory is missing or not safe. The name is not foretold: tasks that are
 * made from its path are unknown.
 *
 * @throws UserError E_NO_DIRECTORY, E_UNSAFE_PATH
 *
 * @example
 * const work = tempfile('work', { state: 'directory', suffix: '.build' })
 * return [
 *   work,
 *   group({}, [shell('build', from(work, ({ path }) => ({ script: './build', cwd: path })))], {
 *     always: [file('remove', from(work, ({ path }) => ({ path, state: 'absent' })))],
 *   }),
 * ]
 */
export const tempfile: Module<TempfileArgs, TempfileState> = defineModule<
  TempfileArgs,
  TempfileArgs,
  TempfileState
>({
  name: 'tempfile',
  args: z.strictObject(shape),
  probe: (args) =>
    mapProbe(
      askAll<Pick<TempfileState, 'folder' | 'above' | 'access'>>({
        folder: ask(stat, args.path ?? '/tmp'),
        above: probeFolders(`${args.path ?? '/tmp'}/x`),
        access: probeAccess({}),
      }),
      (state) => ({ ...state, path: '', begins: begins(args), ends: args.suffix ?? '' }),
    ),
  plan,
  apply: (args) => [{ script: script(args), explains: true }],
  // What lists the directory sees another name in it.
  touches: (args) => [paths.at(`${begins(args)}*${args.suffix ?? ''}`)],
  // Which one it is, only the command says.
  verify: () => [],
  outcome: (after, [reply]) => ({ ...after, path: reply === undefined ? '' : made(after, reply) }),
})

const PREFIX = 'run-playbook.'

const begins = ({ path = '/tmp', prefix = PREFIX }: TempfileArgs): string =>
  `${path === '/' ? '' : path}/${prefix}`

function plan(args: TempfileArgs, { folder, above, access }: TempfileState): Plan {
  const { state = 'file', path = '/tmp' } = args
  assertFolder(path, folder)
  assertSafe(`${path}/x`, above, access)
  assertOurs(path, folder, access)
  return {
    changes: [{ what: `${begins(args)}…${args.suffix ?? ''}`, from: 'absent', to: state }],
    leaves: [predict(stat, path, folder), ...sameFolders(above), ...sameAccounts(access)],
  }
}

// In /tmp others can make names, but not change ours: the sticky bit.
function assertOurs(
  path: string,
  { type, mode = '0755', uid, owner }: Stat,
  { accounts }: AccessState,
): void {
  const bits = Number.parseInt(mode, 8)
  const trusted = uid === 0 || uid === accounts[SELF.user]?.id
  if (type === 'link' || (trusted && ((bits & 0o022) === 0 || (bits & 0o1000) !== 0))) return
  const why = trusted ? `others can write to it (${mode})` : `it belongs to ${owner} (${uid})`
  throw new UserError('E_UNSAFE_PATH', `${path} is not safe for a temporary file: ${why}`, {
    hint: 'Use /tmp, or run the task as the user who owns the directory: becomeUser.',
  })
}

// A name that is there already, also that of a link, is refused by the system.
const script = (args: TempfileArgs): string => {
  const { state = 'file', path = '/tmp', prefix = PREFIX, suffix = '' } = args
  const others = `${path} is not safe for a temporary file: others can write to it`
  return [
    'set -eu',
    'LC_ALL=C; export LC_ALL',
    EXPLAIN,
    PLACE,
    sh`enter ${path === '/' ? ['/'] : ['/', ...ancestors(`${path}/x`)]}`,
    `is=$(stat -c '%u:%A' .)`,
    'mine "${is%%:*}" || is=',
    sh`case $is in *:d????-??-? | *:d????????[tT]) ;; *) unsafe ${others} ;; esac`,
    'umask 077; set -C',
    'new=$(mktemp -u ./XXXXXXXXXX)',
    `new=\${new#./}; name=${quote(prefix)}$new${quote(suffix)}`,
    `${state === 'file' ? '( : >"./$name" )' : 'mkdir -- "./$name"'} || explain ${quote(path)}`,
    restoreLabels('"./$name"'),
    sh`printf '%s\\n' ${path === '/' ? '' : path}/"$name"`,
  ].join('\n')
}

/** @throws Error for a path that is none of those that could be made */
function made({ begins, ends }: TempfileState, { stdout }: Reply): string {
  const path = stdout.toString().replace(/\n$/, '')
  const random = path.slice(begins.length, path.length - ends.length)
  if (path === `${begins}${random}${ends}` && /^[\w.]{10}$/.test(random)) return path
  throw new Error('the host did not say what it made')
}
