import { createHash } from 'node:crypto'
import { constants, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { messageOf } from '../../core/error-message.ts'
import { UserError } from '../../core/errors.ts'
import { nameMeant } from '../../core/missing-file.ts'
import { Loaded } from './loaded.ts'
import { BODY_LIMIT, asText } from './text.ts'

/** What there is to know about the content of a file before it is sent. */
export interface Measured {
  readonly sha256: string
  readonly size: number
  /** The content, where it is text and not too long to be compared line by line. */
  readonly text: string | undefined
}

/**
 * A file of the operator's machine, of any size. Making one only looks whether it is there; it is read by `load`.
 * @throws UserError for what is no regular file, or is not there
 */
export class LocalFile extends Loaded<Measured> {
  readonly path: string

  constructor(path: string) {
    assertRegular(path, found(path))
    super(() => measure(path))
    this.path = path
  }
}

interface Kind {
  isFile(): boolean
  isDirectory(): boolean
  isFIFO(): boolean
  isSocket(): boolean
}

function found(path: string): Kind {
  try {
    return statSync(path)
  } catch (error) {
    throw unreadable(path, error)
  }
}

function assertRegular(path: string, stats: Kind): void {
  if (stats.isFile()) return
  const kind = stats.isDirectory()
    ? 'a directory'
    : stats.isFIFO()
      ? 'a named pipe'
      : stats.isSocket()
        ? 'a socket'
        : 'a device'
  throw new UserError('E_NO_SOURCE', `${resolve(path)} cannot be read: it is ${kind}, not a file`, {
    hint: 'Set it to the path of a regular file.',
  })
}

const unreadable = (path: string, cause: unknown): UserError => {
  return new UserError('E_NO_SOURCE', `${resolve(path)} cannot be read: ${messageOf(cause, path)}`, {
    cause,
    hint: nameMeant(path),
  })
}

/** By path and version: many tasks may send the same file. */
const measured = new Map<string, Promise<Measured>>()

async function measure(path: string): Promise<Measured> {
  // Not blocking: in the meantime it may have become a named pipe, which nobody may ever write to.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw unreadable(path, error)
  })
  try {
    const stats = await handle.stat({ bigint: true })
    assertRegular(path, stats)
    const version = [path, stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join('\0')
    const known = measured.get(version) ?? read(path, handle)
    measured.set(version, known)
    return await known
  } finally {
    await handle.close()
  }
}

async function read(path: string, handle: FileHandle): Promise<Measured> {
  const hash = createHash('sha256')
  const kept: Buffer[] = []
  let size = 0
  try {
    for await (const piece of handle.createReadStream({ autoClose: false, highWaterMark: 1024 * 1024 })) {
      hash.update(piece)
      size += piece.length
      if (size <= BODY_LIMIT) kept.push(piece)
    }
  } catch (error) {
    throw unreadable(path, error)
  }
  const text = size > BODY_LIMIT ? undefined : asText(Buffer.concat(kept))
  return { sha256: hash.digest('hex'), size, text }
}
