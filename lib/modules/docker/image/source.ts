import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { type ImageArchive, readArchive } from './archive.ts'
import { readContext } from './context.ts'
import type { ImageArgs, ImageBuild } from './args.ts'

/** Where an image comes from, with all that is to know about it on the operator's machine. */
export type ImageSource = PullSource | ArchiveSource | BuildSource

export interface PullSource {
  readonly kind: 'pull'
  readonly policy: 'missing' | 'always'
}

export interface ArchiveSource {
  readonly kind: 'archive'
  readonly archive: ImageArchive
}

export interface BuildSource {
  readonly kind: 'build'
  /** Over all that the image is made from. */
  readonly sha256: string
  /** The folder as a compressed tar. */
  readonly context: Buffer
  readonly flags: readonly string[]
}

/** @throws UserError when a file or a folder can't be read */
export function readSource(
  name: string,
  { pull, archive, build }: Omit<ImageArgs, 'name' | 'state'>,
): ImageSource {
  if (archive !== undefined) return { kind: 'archive', archive: readArchive(path(archive), name) }
  if (build !== undefined) return readBuild(build)
  return { kind: 'pull', policy: pull ?? 'missing' }
}

function readBuild({ context, dockerfile, args = {}, target }: ImageBuild): BuildSource {
  const archive = readContext(path(context), dockerfile)
  const flags = [
    ...(dockerfile === undefined ? [] : ['--file', dockerfile]),
    ...Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...(target === undefined ? [] : ['--target', target]),
  ]
  const sha256 = createHash('sha256').update(archive).update(JSON.stringify(flags)).digest('hex')
  return { kind: 'build', sha256, context: gzipSync(archive), flags }
}

const path = (local: string | URL): string => (local instanceof URL ? fileURLToPath(local) : local)
