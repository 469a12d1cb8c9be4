import type { Reader } from '../../core/probe.ts'
import { sha256 } from './sha256.ts'
import { type Stat, stat } from './stat.ts'
import { readBody } from './text.ts'

/** What can be read of a file. */
export interface FileReaders {
  /** Type, mode, owner, group and size of what is at a path. A link is not followed. */
  readonly stat: Reader<Stat>
  /**
   * The text of a regular file; `undefined` where there is none, a link included. Text that is not UTF-8, and more than
   * 104,448 bytes, fails the task.
   */
  readonly text: Reader<string | undefined>
  /** The SHA-256 of a regular file in hex, of any size; `undefined` where there is none, a link included. */
  readonly sha256: Reader<string | undefined>
}

/**
 * Readers of files, for modules of your own. The key is an absolute path. They are the ones that `file`, `copy` and
 * `template` use: what these are going to write, your module sees in a dry run.
 *
 * @example
 * const probe = askAll({ text: ask(fileReaders.text, '/etc/hosts'), folder: ask(fileReaders.stat, '/etc') })
 */
export const fileReaders: FileReaders = { stat, text: readBody, sha256 }
