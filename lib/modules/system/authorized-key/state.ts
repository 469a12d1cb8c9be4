import { type Probe, ask, askAll, mapProbe } from '../../../core/probe.ts'
import { type AccessState, probeAccess } from '../../shared/access.ts'
import { type Account, account } from '../../shared/account.ts'
import { folderOf } from '../../shared/parent-folders.ts'
import { type ParentFolder, probeFolders } from '../../shared/safe-path.ts'
import { type Stat, stat } from '../../shared/stat.ts'
import { readBody } from '../../shared/text.ts'
import type { WantedKeys } from './args.ts'
import { type KeysFile, keysFile } from './reader.ts'

/** What is there of a user's keys. */
export interface AuthorizedKeyState {
  /** Undefined where there is no such user. */
  readonly user: Account | undefined
  /** The file, where it is known: without the user there is no home folder. */
  readonly file: KeysPlace | undefined
  readonly access: AccessState
}

/** A file of keys, and where it lies. */
export interface KeysPlace {
  readonly path: string
  readonly here: Stat
  /** Undefined where there is no regular file. */
  readonly text: string | undefined
  /** The folders that it lies in, the outermost first. */
  readonly above: readonly ParentFolder[]
  readonly folder: Stat
  /** Whose primary group it is to have: of the file in the user's home folder. */
  readonly group: Account | undefined
}

export function probeKeys({ user, path }: WantedKeys): Probe<AuthorizedKeyState> {
  return path === undefined ? probeHome(user) : probePath(user, path)
}

const probeHome = (name: string): Probe<AuthorizedKeyState> =>
  mapProbe(
    askAll<{ found: KeysFile | 'no user'; access: AccessState }>({
      found: ask(keysFile, name),
      access: probeAccess({}),
    }),
    ({ found, access }) => {
      if (found === 'no user') return { user: undefined, file: undefined, access }
      const { user, ...file } = found
      return { user, file: { ...file, folder: file.above.at(-1)?.stat ?? ABSENT }, access }
    },
  )

const ABSENT: Stat = { type: 'absent' }

const probePath = (name: string, path: string): Probe<AuthorizedKeyState> =>
  mapProbe(
    askAll<{
      user: Account | undefined
      file: Omit<KeysPlace, 'path' | 'group' | 'above'>
      above: readonly ParentFolder[]
      access: AccessState
    }>({
      user: ask(account, `user:${name}`),
      file: askAll({ here: ask(stat, path), text: ask(readBody, path), folder: ask(stat, folderOf(path)) }),
      above: probeFolders(path),
      access: probeAccess({}),
    }),
    ({ user, file, above, access }) => ({ user, file: { ...file, path, above, group: undefined }, access }),
  )
