import { UserError } from '../../core/errors.ts'
import { type Prediction, type Probe, ask, askAll, predict } from '../../core/probe.ts'
import { type AccessState, sameAccounts } from './access.ts'
import type { InstallState } from './install.ts'
import { folderOf } from './parent-folders.ts'
import { type Payload, contentPayload } from './payload.ts'
import { type ParentFolder, probeFolders, sameFolders } from './safe-path.ts'
import { type Stat, stat } from './stat.ts'
import { BODY_LIMIT, readBody } from './text.ts'

/** A file of text, and where it lies. */
export interface TextFile {
  readonly here: Stat
  /** Undefined where there is no regular file. */
  readonly text: string | undefined
  readonly folder: Stat
  /** The folders that it lies in, the outermost first. */
  readonly above: readonly ParentFolder[]
}

export const probeTextFile = (path: string): Probe<TextFile> =>
  askAll<TextFile>({
    here: ask(stat, path),
    text: ask(readBody, path),
    folder: ask(stat, folderOf(path)),
    above: probeFolders(path),
  })

/** It stays what it is: said again, because a question without a prediction is unknown afterwards. */
export const sameTextFile = (path: string, file: TextFile, access: AccessState): Prediction[] => [
  predict(stat, path, file.here),
  predict(readBody, path, file.text),
  predict(stat, folderOf(path), file.folder),
  ...sameFolders(file.above),
  ...sameAccounts(access),
]

/** What `planInstall` and `applyInstall` need of it. */
export const installStateOf = ({ text, ...file }: TextFile, access: AccessState): InstallState => ({
  ...file,
  sha256: text === undefined ? undefined : contentPayload(text).sha256,
  access,
})

/** @throws UserError for a text that could not be read back */
export function textPayload(path: string, text: string): Payload {
  const payload = contentPayload(text)
  if (payload.size > BODY_LIMIT)
    throw new UserError('E_NOT_TEXT', `${path} would be longer than ${BODY_LIMIT} bytes`, {
      hint: 'Write a file of that size with copy().',
    })
  return payload
}
