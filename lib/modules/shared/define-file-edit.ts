import { posix } from 'node:path'
import { UserError } from '../../core/errors.ts'
import { type Module, type Plan, defineModule } from '../../core/module.ts'
import { type Probe, ask, askAll } from '../../core/probe.ts'
import { paths } from '../../core/resource.ts'
import type { Schema } from '../../core/schema.ts'
import { type AccessState, probeAccess } from './access.ts'
import { applyInstall } from './apply-install.ts'
import type { FileEditArgs } from './file-edit-args.ts'
import { type Install, type InstallState, planInstall } from './install.ts'
import { assertFolder, folderOf } from './parent-folders.ts'
import { type ParentFolder, probeFolders } from './safe-path.ts'
import { contentPayload } from './payload.ts'
import { type Stat, stat } from './stat.ts'
import { BODY_LIMIT, readBody } from './text.ts'

/** A module that changes the text of one file. */
export interface FileEdit<Input, Args extends FileEditArgs> {
  /** snake_case, as printed. */
  readonly name: string
  /** Its own arguments beside those of every file: `z.strictObject({ ...fileEditArgs, line: z.string() })`. */
  readonly args: Schema<Input, Args>
  /**
   * What the file is to hold. Pure. With its own result it must change nothing more; otherwise the task fails before it
   * changes the file.
   * Throws a `UserError` for a text that it must not change.
   *
   * @param text what it holds; empty where there is no file. The same text means that there is nothing to do
   */
  readonly edit: (text: string, args: Args) => string
  /** A missing file is an error also where `edit` makes nothing of an empty text. @default false */
  readonly mustExist?: boolean | undefined
}

/** What is at the path. */
export interface FileEditState {
  readonly here: Stat
  /** Undefined where there is no regular file. */
  readonly text: string | undefined
  readonly folder: Stat
  /** The folders that it lies in, the outermost first. */
  readonly above: readonly ParentFolder[]
  readonly access: AccessState
}

/**
 * Defines a module that changes the text of one file. You write the change as a function of text; everything else is the
 * same for each such module: the diff, mode and owner, `create`, `validate`, `backup`, predictions for later tasks, and
 * that the file is replaced atomically and keeps its access control list and extended attributes.
 *
 * The text is UTF-8 of at most 104,448 bytes; anything else is an error, and so are links.
 *
 * @example
 * export const ensureLine = defineFileEdit({
 *   name: 'ensure_line',
 *   args: z.strictObject({ ...fileEditArgs, line: z.string() }),
 *   edit: (text, { line }) => (text.split('\n').includes(line) ? text : `${text}${line}\n`),
 * })
 */
export function defineFileEdit<Input, Args extends FileEditArgs>({
  name,
  args,
  edit,
  mustExist = false,
}: FileEdit<Input, Args>): Module<Input, FileEditState> {
  /** Undefined where nothing is to be there. */
  const wanted = (given: Args, state: FileEditState): Install | undefined => {
    const content = edit(state.text ?? '', given)
    if (edit(content, given) !== content) throw changesAgain(given.path)
    return state.here.type === 'absent' && content === '' && !mustExist
      ? undefined
      : installOf(given, content)
  }
  return defineModule<Input, Args, FileEditState>({
    name,
    args,
    probe,
    plan: (given, state) => plan(given, state, () => wanted(given, state)),
    apply: (given, state) => {
      const install = wanted(given, state)
      return install === undefined ? [] : applyInstall(install, installState(state))
    },
    touches: ({ path }) => [paths.at(path)],
  })
}

const probe = (args: FileEditArgs): Probe<FileEditState> =>
  askAll<FileEditState>({
    here: ask(stat, args.path),
    text: ask(readBody, args.path),
    folder: ask(stat, folderOf(args.path)),
    above: probeFolders(args.path),
    access: probeAccess(args),
  })

function plan(args: FileEditArgs, state: FileEditState, wanted: () => Install | undefined): Plan {
  assertRegular(args.path, state.here)
  const install = wanted()
  if (install === undefined) return { changes: [], because: `there is no ${args.path}` }
  if (state.here.type === 'absent') assertMayCreate(args, state)
  if (install.payload.size > BODY_LIMIT)
    throw new UserError('E_NOT_TEXT', `${args.path} would be longer than ${BODY_LIMIT} bytes`, {
      hint: 'Write a file of that size with copy().',
    })
  return planInstall(install, installState(state))
}

function assertRegular(path: string, { type, target = '' }: Stat): void {
  if (type === 'file' || type === 'absent') return
  if (type === 'link')
    throw new UserError('E_OTHER_KIND', `${path} is a link to ${target}`, {
      hint: `Use the path of its target: ${posix.resolve(folderOf(path), target)}`,
    })
  throw new UserError(
    'E_OTHER_KIND',
    `${path} is ${type === 'directory' ? 'a directory' : 'no regular file'}`,
    {
      hint: 'Set path to the full path of a regular file.',
    },
  )
}

function assertMayCreate({ path, create = false }: FileEditArgs, { folder }: FileEditState): void {
  assertFolder(folderOf(path), folder)
  if (create) return
  throw new UserError('E_NO_FILE', `${path} does not exist`, {
    hint: 'Create it in an earlier task, or set create: true.',
  })
}

const changesAgain = (path: string): UserError =>
  new UserError('E_NOT_CONVERGED', `a second run would change the text of ${path} again`, {
    hint: 'Nothing was changed. The new text must be one that the task does not change again.',
  })

const installOf = (
  { path, mode, owner, group, validate, inPlace, backup }: FileEditArgs,
  text: string,
): Install => ({
  dest: path,
  mode,
  owner,
  group,
  validate,
  inPlace,
  backup,
  payload: contentPayload(text),
})

const installState = ({ text, ...state }: FileEditState): InstallState => ({
  ...state,
  sha256: text === undefined ? undefined : contentPayload(text).sha256,
})
