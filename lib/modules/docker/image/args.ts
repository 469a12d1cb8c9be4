import { z } from 'zod'
import type { ArgsOf } from '../../../core/args-of.ts'
import { adopt } from '../shared/ownership.ts'
import { imageReference, plainText } from '../shared/schemas.ts'

const local = z.union([z.string().min(1), z.instanceof(URL)])

const buildShape = {
  /** The folder on the operator's machine. Its .dockerignore counts. */
  context: local,
  /** Path below the folder. @default 'Dockerfile' */
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
  /** Reference such as `postgres:16`. With `archive` and `build` the name it gets. */
  name: imageReference,
  /** Whether it is there. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
  /**
   * From the registry: when it is `missing`, or `always`, which counts as a change every time because only pulling
   * can tell.
   *
   * @default 'missing'
   */
  pull: z.enum(['missing', 'always']).optional(),
  /**
   * From a file on the operator's machine that `docker save` wrote, compressed or not. Sent when it differs.
   *
   * @default none
   */
  archive: local.optional(),
  /**
   * From a folder on the operator's machine. Built on the host when the folder or an argument has changed.
   *
   * @default none
   */
  build: imageBuild.optional(),
  /** Lets `build` take the name from an image that was not built by run-playbook. @default false */
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
