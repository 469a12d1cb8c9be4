import {
  closeSync,
  ftruncateSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { messageOf } from '../core/error-message.ts'
import { UserError } from '../core/errors.ts'

/** A file that only grows. */
export interface TextFile {
  readonly append: (text: string) => void
  readonly close: () => void
}

/**
 * Opens a file to append to, empty at first. Each text is handed to the system in one call, so that the file ends with
 * a whole one when the process is killed; what a full disk cuts off is taken back.
 * @throws UserError E_REPORT when it can't be made
 */
export function openGrowing(path: string, warn: (text: string) => void): TextFile {
  const file = attempt(path, () => {
    mustBeFile(path)
    return openSync(path, 'w')
  })
  let end = 0
  let open = true
  const close = (): void => {
    if (open) closeSync(file)
    open = false
  }
  return {
    append: (text) => {
      if (!open) return
      const bytes = Buffer.from(text)
      try {
        if (writeSync(file, bytes, 0, bytes.length, end) < bytes.length) throw new Error('the disk is full')
        end += bytes.length
      } catch (error) {
        warn(broken(path, error))
        try {
          ftruncateSync(file, end)
        } catch {
          // A file system that is gone.
        }
        close()
      }
    },
    close,
  }
}

/** A file that is written anew as a whole. */
export interface ReplacedFile {
  /** The text is another one now; written at once, or soon where writing takes long. */
  readonly changed: () => void
  /** Writes it now: nothing comes after it, or what was put off must not get lost. */
  readonly flush: () => void
}

/** After a write that took long, none for so many times as long: a report must not hold up a run. */
const REST = 10
const LONG_MS = 5

/**
 * A file whose text is made anew again and again. It is replaced by another one, never written over: whoever looks,
 * and whatever ends this process, the file is whole.
 * @throws UserError E_REPORT when it can't be made
 */
export function openReplaced(path: string, text: () => string, warn: (text: string) => void): ReplacedFile {
  const target = targetOf(path)
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`)
  let later: NodeJS.Timeout | undefined
  let quietUntil = 0
  let works = true

  const write = (): void => {
    clearTimeout(later)
    later = undefined
    const begin = performance.now()
    writeFileSync(temporary, text())
    renameSync(temporary, target)
    const now = performance.now()
    quietUntil = now - begin > LONG_MS ? now + (now - begin) * REST : now
  }

  const writeOrWarn = (): void => {
    if (!works) return
    try {
      write()
    } catch (error) {
      works = false
      rmSync(temporary, { force: true })
      warn(broken(path, error))
    }
  }

  attempt(path, () => {
    mustBeFile(target)
    write()
  })
  return {
    changed: () => {
      const wait = quietUntil - performance.now()
      if (wait <= 0) writeOrWarn()
      else later ??= setTimeout(writeOrWarn, wait).unref()
    },
    flush: writeOrWarn,
  }
}

/** A device or a pipe would be replaced by a file, or keep the run waiting for a reader. */
function mustBeFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isDirectory() === false && !found.isFile()) throw new Error('it is not a regular file')
}

/** A link is followed: what it leads to is replaced, not the link. */
function targetOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return resolve(path)
  }
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new UserError('E_REPORT', broken(path, error), { hint: 'Check the path of --report.' })
  }
}

function broken(path: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const why: Readonly<Record<string, string>> = {
    ENOENT: `there is no folder ${dirname(path)}`,
    EACCES: 'permission denied',
    EISDIR: 'it is a folder',
    ENOSPC: 'the disk is full',
    EROFS: 'the file system is read-only',
  }
  return `the report ${path} cannot be written: ${why[code] ?? messageOf(error)}`
}
