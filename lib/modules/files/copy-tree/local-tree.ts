import { createHash } from 'node:crypto'
import { type Stats, statSync } from 'node:fs'
import { readFile, readdir, readlink, realpath, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { messageOf } from '../../../core/error-message.ts'
import { UserError } from '../../../core/errors.ts'
import { nameMeant } from '../../../core/missing-file.ts'
import { dockerignore } from '../../shared/dockerignore.ts'
import { type Payload, filePayload } from '../../shared/payload.ts'
import { BODY_LIMIT, asText } from '../../shared/text.ts'

/** What is in a folder of the operator's machine. */
export interface LocalEntry {
  /** Below the folder, with slashes; empty for the folder itself. */
  readonly path: string
  readonly type: 'file' | 'directory' | 'link'
  /** Four octal digits. */
  readonly mode: string
  /** Of files. */
  readonly file?: LocalContent
  /** Of links. */
  readonly target?: string
}

export interface LocalContent {
  readonly sha256: string
  readonly size: number
  /** What is compared line by line. */
  readonly text: string | undefined
  /** What it holds, unless it is streamed. */
  readonly bytes: Buffer | undefined
  readonly payload: Payload | undefined
}

export interface Reading {
  readonly exclude: readonly string[]
  /** Links are what they lead to. */
  readonly follow: boolean
}

/** Larger files are streamed, each on its own. */
const SMALL = 1024 * 1024

/** More than that is not kept in memory. */
const KEPT = 64 * 1024 * 1024

/** @throws UserError E_NO_SOURCE unless it is a folder */
export function assertLocalFolder(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false })
  if (found?.isDirectory()) return
  throw new UserError(
    'E_NO_SOURCE',
    `${folder} ${found === undefined ? 'does not exist' : 'is not a directory'}`,
    {
      hint: 'Set src to the path of a directory; for a single file, use copy.',
    },
  )
}

/**
 * Reads a folder, with the hash of each file. What is above comes first; names are in one order on every machine.
 * @throws UserError E_NO_SOURCE for what cannot be read, or cannot be sent
 */
export async function readLocalTree(
  folder: string,
  { exclude, follow }: Reading,
): Promise<readonly LocalEntry[]> {
  const ignored = dockerignore(exclude.join('\n'))
  const found: LocalEntry[] = []
  let kept = 0
  const walk = async (path: string, within: readonly string[]): Promise<void> => {
    const here = join(folder, path)
    found.push({ path, type: 'directory', mode: modeOf(await stat(here)) })
    const real = await realpath(here)
    if (within.includes(real)) throw new Error(`the link ${path} leads to a directory that it lies in`)
    const names = (await readdir(here, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))
    for (const item of names) {
      const below = path === '' ? item.name : `${path}/${item.name}`
      const local = join(folder, below)
      if (ignored(below)) continue
      if (/[\n\r]/.test(item.name)) throw new Error(`${JSON.stringify(below)} has a line break in its name`)
      if (item.isSymbolicLink() && !follow) {
        found.push({ path: below, type: 'link', mode: '0777', target: await readlink(local) })
        continue
      }
      const is = await stat(local)
      if (is.isDirectory()) await walk(below, [...within, real])
      else if (!is.isFile()) throw new Error(`${below} is neither a file, a directory nor a link`)
      else {
        const small = is.size <= SMALL && kept + is.size <= KEPT
        if (small) kept += is.size
        const file = small ? contentOf(await readFile(local)) : await streamed(local)
        found.push({ path: below, type: 'file', mode: modeOf(is), file })
      }
    }
  }
  try {
    await walk('', [])
  } catch (error) {
    throw new UserError('E_NO_SOURCE', `${resolve(folder)} cannot be read: ${messageOf(error, folder)}`, {
      cause: error,
      hint: nameMeant(folder),
    })
  }
  return found
}

const modeOf = ({ mode }: Stats): string => (mode & 0o777).toString(8).padStart(4, '0')

function contentOf(bytes: Buffer): LocalContent {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const text = bytes.length > BODY_LIMIT ? undefined : asText(bytes)
  return { sha256, size: bytes.length, text, bytes, payload: undefined }
}

async function streamed(path: string): Promise<LocalContent> {
  const payload = filePayload(path)
  await payload.load?.()
  return { sha256: payload.sha256, size: payload.size, text: payload.text, bytes: undefined, payload }
}
