import { UserError } from '../../core/errors.ts'
import { type Module, type Plan, defineModule } from '../../core/module.ts'
import { type Probe, ask, askAll } from '../../core/probe.ts'
import { paths } from '../../core/resource.ts'
import type { Schema } from '../../core/schema.ts'
import { type AccessState, probeAccess } from './access.ts'
import { applyInstall } from './apply-install.ts'
import { linesOf, withLines } from './edit-lines.ts'
import type { FileEditArgs } from './file-edit-args.ts'
import { type Install, type InstallState, planInstall } from './install.ts'
import { assertFolder, folderOf } from './parent-folders.ts'
import { type ParentFolder, probeFolders } from './safe-path.ts'
import { contentPayload } from './payload.ts'
import { type Stat, stat } from './stat.ts'
import { BODY_LIMIT, readBody } from './text.ts'
import { assertRegular } from './whole-file.ts'

/** A module that changes the text of one file: by the text as a whole, or by its lines. */
export type FileEdit<Input, Args extends FileEditArgs> = {
  /** snake_case, as printed. */
  readonly name: string
  /** Its own arguments beside those of every file: `z.strictObject({ ...fileEditArgs, line: z.string() })`. */
  readonly args: Schema<Input, Args>
  /** What its own arguments are called in Ansible, with the name that they have here, for errors. @default none */
  readonly ansible?: Readonly<Record<string, string>> | undefined
  /** A missing file is an error also where the edit makes nothing of an empty text. @default false */
  readonly mustExist?: boolean | undefined
  /** Loads what the edit needs, such as a library that few tasks use, before the host is asked. @default nothing */
  readonly load?: ((args: Args) => Promise<void>) | undefined
} & (
  | {
      /**
       * What the file is to hold. Pure. With its own result it must change nothing more; otherwise the task fails with
       * `E_NOT_CONVERGED` before it changes the file.
       * Throws a `UserError` for a text that it must not change.
       *
       * @param text what it holds; empty where there is no file. The same text means that there is nothing to do
       */
      readonly edit: (text: string, args: Args) => string
      readonly editLines?: undefined
    }
  | {
      /**
       * What lines the file is to have, instead of `edit` and by the same rules. A line that is left as it is keeps its end
       * (`\r\n` stays), also a last one that has none; a line that is written ends as the one whose place it takes, or as
       * the first of the file.
       *
       * @param lines what it has, without their ends; none where there is no file
       */
      readonly editLines: (lines: readonly string[], args: Args) => readonly string[]
      readonly edit?: undefined
    }
)

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
 * Defines a module that changes the text of one file. You write the change as a function of text (`edit`) or of lines
 * (`editLines`); everything else is the same for each such module: the diff, mode and owner, `create`, `validate`, `backup`, predictions for later tasks, and
 * that the file is replaced atomically and keeps its access control list and extended attributes.
 *
 * The text is UTF-8 of at most 104,448 bytes; anything else is an error, and so are links.
 *
 * @example
 * export const ensureLine = defineFileEdit({
 *   name: 'ensure_line',
 *   args: z.strictObject({ ...fileEditArgs, line: z.string() }),
 *   editLines: (lines, { line }) => (lines.includes(line) ? lines : [...lines, line]),
 * })
 */
export function defineFileEdit<Input, Args extends FileEditArgs>({
  name,
  args,
  ansible,
  mustExist = false,
  load,
  ...either
}: FileEdit<Input, Args>): Module<Input, FileEditState> {
  const edit =
    either.edit ??
    ((text: string, given: Args): string => withLines(text, either.editLines(linesOf(text), given)))
  /** Undefined where nothing is to be there. */
  const wanted = (given: Args, state: FileEditState): Install | undefined => {
    // Before the edit looks for something in a text that is not there.
    if (mustExist && state.here.type === 'absent') assertMayCreate(given, state)
    const text = state.text ?? ''
    const content = naming(given.path, () => edit(text, given))
    if (edit(text, given) !== content) throw remembers(given.path)
    if (edit(content, given) !== content) throw changesAgain(given.path)
    return state.here.type === 'absent' && content === '' && !mustExist
      ? undefined
      : installOf(given, content)
  }
  return defineModule<Input, Args, FileEditState>({
    name,
    args,
    ansible: { dest: 'path', destfile: 'path', name: 'path', ...ansible },
    load,
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

const remembers = (path: string): UserError =>
  new UserError('E_NOT_CONVERGED', `the module makes two different texts of the same text of ${path}`, {
    hint: 'Nothing was changed. A RegExp with the flag g or y remembers where it stopped: take regularExpression for an argument.',
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

/** What is wrong with a text is wrong in a file, which has a name. */
function naming<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (!(cause instanceof UserError) || cause.message.includes(path)) throw cause
    throw new UserError(cause.code, `${path}: ${cause.message}`, { hint: cause.hint, at: cause.at, cause })
  }
}
