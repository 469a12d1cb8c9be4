import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { adopt } from '../shared/ownership.ts'
import { imageReference, plainText } from '../shared/schemas.ts'

const local = z.union([z.string().min(1), z.instanceof(URL)])

const buildShape = {
  /** The build context: a directory on your machine. Its .dockerignore applies. */
  context: local,
  /** Path of the Dockerfile, relative to the build context. @default 'Dockerfile' */
  dockerfile: z.string().min(1).optional(),
  /** Build arguments. They stay visible in the image, so secrets are refused. @default none */
  args: z.record(z.string(), plainText).optional(),
  /** Stage of the Dockerfile. @default the last */
  target: z.string().min(1).optional(),
  /**
   * Sends line ends and modes as they are in the folder. Without it, text files whose line ends are all CRLF are sent with LF (but
   * for `.bat`, `.cmd`, `.ps1` and the like), and files that begin with `#!` and ELF files are executable, so that a checkout on
   * another machine gives the same image.
   *
   * @default false
   */
  asIs: z.boolean().optional(),
}

export interface ImageBuild extends ArgsOf<typeof buildShape> {}

const imageBuild: z.ZodType<ImageBuild, ImageBuild> = z.strictObject(buildShape)

const shape = {
  /** Name of the image, such as `postgres:16`. With `archive` or `build`, the image gets this name. */
  name: imageReference,
  /** `absent` removes the image. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
  /**
   * When to pull the image from its registry: if it is `missing`, or `always`. `always` is reported as changed in every
   * run, because only pulling shows whether there is a newer image.
   *
   * @default 'missing'
   */
  pull: z.enum(['missing', 'always']).optional(),
  /**
   * A file on your machine that `docker save` wrote, compressed or not. It is sent to the host if the image differs.
   *
   * @default none
   */
  archive: local.optional(),
  /**
   * Build the image from a directory on your machine. It is built on the host, and built again if the directory or an
   * argument changes.
   *
   * @default none
   */
  build: imageBuild.optional(),
  /** Let `build` replace an image of this name that run-playbook did not build. @default false */
  adopt,
}

export interface ImageArgs extends ArgsOf<typeof shape> {}

export const imageArgs = z.strictObject(shape).check(({ value, issues }) => {
  const sources = (['pull', 'archive', 'build'] as const).filter((key) => value[key] !== undefined)
  const refuse = (message: string) =>
    issues.push({ code: 'custom', input: value, path: [sources.at(-1)!], message })
  if (sources.length > 1) refuse(`an image has one source, not ${sources.join(' and ')}`)
  if (sources.length > 0 && value.state === 'absent') refuse("means nothing with state 'absent'")
  if ((value.archive ?? value.build) && value.name.includes('@'))
    refuse('a name with a digest comes from a registry')
})
