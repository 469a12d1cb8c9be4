import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { promisify } from 'node:util'
import * as z from '../../../core/lazy-zod.ts'
import { UserError } from '../../../core/errors.ts'
import { type DockerImage, imageConfigSchema, imageContent } from '../shared/inspect.ts'
import { familiar } from '../shared/reference.ts'
import { cached } from './cache.ts'

/** An image in a file on the operator's machine, as `docker save` writes it. */
export interface ImageArchive {
  readonly file: string
  /** What Docker will say of it once it is loaded and tagged. */
  readonly image: DockerImage
  /** The tags that loading sets. */
  readonly sets: readonly string[]
  /** By what the image goes after loading, where that isn't the wanted name. */
  readonly loadedAs: string | undefined
}

/** @throws UserError unless it is a file */
export function assertArchive(file: string): void {
  version(file)
}

/**
 * Looks into an archive, compressed or not. What was found is cached: reading a compressed one takes seconds.
 * @throws UserError when it cannot be read or does not hold the image
 */
export function readArchive(file: string, name: string): Promise<ImageArchive> {
  const key = [file, name, ...version(file)].join('\0')
  const known = read.get(key) ?? look(file, name)
  read.set(key, known)
  return known
}

const read = new Map<string, Promise<ImageArchive>>()

async function look(file: string, name: string): Promise<ImageArchive> {
  const text = (path: string) => cached([...version(file), file, path].join('\0'), () => member(file, path))
  const manifests = parse(file, manifestSchema, await text('manifest.json'))
  const wanted = familiar(name)
  const found = manifests.find(({ RepoTags }) => RepoTags?.includes(wanted)) ?? only(manifests)
  if (found === undefined) {
    const tags = manifests.flatMap(({ RepoTags }) => RepoTags ?? []).join(', ')
    throw new UserError('E_BAD_ARCHIVE', `${file} contains several images, but none is ${wanted}: ${tags}`)
  }
  const { config, created, rootfs } = parse(file, configSchema, await text(found.Config))
  const tags = found.RepoTags ?? []
  const id = `sha256:${/[0-9a-f]{64}/.exec(found.Config)?.[0]}`
  return {
    file,
    image: {
      id,
      tags: [...new Set([...tags, wanted])].sort(),
      digests: [],
      labels: config.Labels,
      content: imageContent(created, rootfs.diff_ids, config),
    },
    sets: manifests.flatMap(({ RepoTags }) => RepoTags ?? []),
    loadedAs: tags.includes(wanted) ? undefined : (tags[0] ?? id),
  }
}

// The configuration file is named after its own hash, which is the image's id.
const manifestSchema = z.array(
  z.object({
    Config: z.string().regex(/[0-9a-f]{64}/),
    RepoTags: z.array(z.string()).nullish(),
  }),
)

const configSchema = z.object({
  created: z.string().default(''),
  config: imageConfigSchema.nullish().transform((config) => imageConfigSchema.parse(config ?? {})),
  rootfs: z.object({ diff_ids: z.array(z.string()) }),
})

function parse<Value>(file: string, schema: z.ZodType<Value>, text: string): Value {
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw new UserError('E_BAD_ARCHIVE', `${file} is not an image saved by docker save`, { cause })
  }
}

const only = <Item>(items: readonly Item[]): Item | undefined => (items.length === 1 ? items[0] : undefined)

function version(file: string): number[] {
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found?.isFile()) throw new UserError('E_NO_SOURCE', `${file} is not a file`)
  return [found.mtimeMs, found.size]
}

/** The operator's tar unpacks whatever `docker load` takes, and skips over what isn't wanted. */
async function member(file: string, name: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('tar', ['-xOf', file, name], { maxBuffer: 64 * 1024 * 1024 })
    return stdout
  } catch (error) {
    throw new UserError('E_BAD_ARCHIVE', `${file} is not an image saved by docker save: ${reasonOf(error)}`)
  }
}

function reasonOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error)
  const said = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim().split('\n')[0] : ''
  return said || (error instanceof Error ? error.message : String(error))
}
