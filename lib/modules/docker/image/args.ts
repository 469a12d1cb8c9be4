import { z } from 'zod'
import { imageReference, plainText } from '../shared/schemas.ts'

/** An image that should be there under a name, from one source. */
export interface ImageArgs {
  /** Reference such as `postgres:16`. With `archive` and `build` the name it gets. */
  readonly name: string
  /** @default 'present' */
  readonly state?: 'present' | 'absent' | undefined
  /**
   * From the registry: when it is `missing`, or `always`, which counts as a change every time because only pulling
   * can tell.
   *
   * @default 'missing'
   */
  readonly pull?: 'missing' | 'always' | undefined
  /** From a file on the operator's machine that `docker save` wrote, compressed or not. Sent when it differs. */
  readonly archive?: string | URL | undefined
  /** From a folder on the operator's machine. Built on the host when the folder or an argument has changed. */
  readonly build?: ImageBuild | undefined
}

export interface ImageBuild {
  /** The folder. Its .dockerignore counts. */
  readonly context: string | URL
  /** Path below the folder. @default 'Dockerfile' */
  readonly dockerfile?: string | undefined
  /** Build arguments. They stay visible in the image, so secrets are refused. */
  readonly args?: Readonly<Record<string, string>> | undefined
  /** Stage of the Dockerfile. @default the last */
  readonly target?: string | undefined
}

const local = z.union([z.string().min(1), z.instanceof(URL)])

export const imageArgs = z
  .strictObject({
    name: imageReference,
    state: z.enum(['present', 'absent']).optional(),
    pull: z.enum(['missing', 'always']).optional(),
    archive: local.optional(),
    build: z
      .strictObject({
        context: local,
        dockerfile: z.string().min(1).optional(),
        args: z.record(z.string(), plainText).optional(),
        target: z.string().min(1).optional(),
      })
      .optional(),
  })
  .check(({ value, issues }) => {
    const sources = (['pull', 'archive', 'build'] as const).filter((key) => value[key] !== undefined)
    const refuse = (message: string) =>
      issues.push({ code: 'custom', input: value, path: [sources.at(-1)!], message })
    if (sources.length > 1) refuse(`an image has one source, not ${sources.join(' and ')}`)
    if (sources.length > 0 && value.state === 'absent') refuse("means nothing with state 'absent'")
    if ((value.archive ?? value.build) && value.name.includes('@'))
      refuse('a name with a digest comes from a registry')
  }) satisfies z.ZodType<ImageArgs>
