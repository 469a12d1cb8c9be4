import { type Probe, ask, askAll, known, mapProbe } from '../../../../core/probe.ts'
import { type AccessState, probeAccess } from '../../../shared/access.ts'
import { type Account, account } from '../../../shared/account.ts'
import { folderOf } from '../../../shared/parent-folders.ts'
import { type ParentFolder, probeFolders } from '../../../shared/safe-path.ts'
import { type Stat, stat } from '../../../shared/stat.ts'
import { readBody } from '../../../shared/text.ts'
import type { SshFile, SshFileReader } from './reader.ts'

/** What is there of a file that ssh or sshd reads. */
export interface SshFileState {
  /** Undefined where there is no such user, or none is named. */
  readonly user: Account | undefined
  /** The file, where it is known: without the user there is no home folder. */
  readonly file: SshFilePlace | undefined
  readonly access: AccessState
}

/** The file, and where it lies. */
export interface SshFilePlace {
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

/** Whose file it is: in the home folder of the user, or where `path` says. */
export interface SshFileArgs {
  readonly user?: string | undefined
  readonly path?: string | undefined
  readonly state?: 'present' | 'absent' | undefined
}

export const probeSshFile = (reader: SshFileReader, { user, path }: SshFileArgs): Probe<SshFileState> =>
  path === undefined ? probeHome(reader, user ?? '') : probePath(user, path)

const probeHome = (reader: SshFileReader, name: string): Probe<SshFileState> =>
  mapProbe(
    askAll<{ found: SshFile | 'no user'; access: AccessState }>({
      found: ask(reader, name),
      access: probeAccess({}),
    }),
    ({ found, access }) => {
      if (found === 'no user') return { user: undefined, file: undefined, access }
      const { user, ...file } = found
      return { user, file: { ...file, folder: file.above.at(-1)?.stat ?? ABSENT }, access }
    },
  )

const ABSENT: Stat = { type: 'absent' }

const probePath = (name: string | undefined, path: string): Probe<SshFileState> =>
  mapProbe(
    askAll<{
      user: Account | undefined
      file: Omit<SshFilePlace, 'path' | 'group' | 'above'>
      above: readonly ParentFolder[]
      access: AccessState
    }>({
      user: name === undefined ? known(undefined) : ask(account, `user:${name}`),
      file: askAll({ here: ask(stat, path), text: ask(readBody, path), folder: ask(stat, folderOf(path)) }),
      above: probeFolders(path),
      access: probeAccess({}),
    }),
    ({ user, file, above, access }) => ({ user, file: { ...file, path, above, group: undefined }, access }),
  )
