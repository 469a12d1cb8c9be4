import { fileURLToPath } from 'node:url'
import { Loaded } from '../../shared/loaded.ts'
import { type ImageArchive, assertArchive, readArchive } from './archive.ts'
import type { ImageArgs, ImageBuild } from './args.ts'
import { type BuildContext, assertContext, packContext } from './context.ts'

/** Where an image comes from, with all that is to know about it on the operator's machine once it is loaded. */
export type ImageSource = PullSource | ArchiveSource | BuildSource

export interface PullSource {
  readonly kind: 'pull'
  readonly policy: 'missing' | 'always'
}

export interface ArchiveSource {
  readonly kind: 'archive'
  readonly archive: Loaded<ImageArchive>
}

export interface BuildSource {
  readonly kind: 'build'
  readonly context: Loaded<BuildContext>
  readonly flags: readonly string[]
}

/** @throws UserError when the file is no file, or the folder has no Dockerfile */
export function findSource(
  name: string,
  { pull, archive, build }: Omit<ImageArgs, 'name' | 'state' | 'adopt'>,
): ImageSource {
  if (build !== undefined) return findBuild(build)
  if (archive === undefined) return { kind: 'pull', policy: pull ?? 'missing' }
  const file = pathOf(archive)
  assertArchive(file)
  return { kind: 'archive', archive: new Loaded(() => readArchive(file, name)) }
}

function findBuild({ context, dockerfile, args = {}, target, asIs }: ImageBuild): BuildSource {
  const folder = pathOf(context)
  assertContext(folder, dockerfile)
  const flags = [
    ...(dockerfile === undefined ? [] : ['--file', dockerfile]),
    ...Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...(target === undefined ? [] : ['--target', target]),
  ]
  return { kind: 'build', context: new Loaded(() => packContext(folder, dockerfile, flags, asIs)), flags }
}

const pathOf = (local: string | URL): string => (local instanceof URL ? fileURLToPath(local) : local)
