import { z } from 'zod'
import type { ArgsOf } from '../../../core/args-of.ts'
import { type Resource, isResource } from '../../../core/resource.ts'
import { looksLikePattern } from '../../shared/literal-path.ts'
import { absolutePath, secretValue } from '../../../core/schemas.ts'

const script = z
  .string()
  .min(1)
  .regex(/^[^\0]*$/, 'must not contain a NUL byte')
const name = z.string().regex(/^[A-Za-z_]\w*$/, 'must be the name of an environment variable')

/** A path that is taken as it is written: what a shell would expand in it would never be there. */
const literalPath = absolutePath.refine((path) => !looksLikePattern(path), {
  error: ({ input }) =>
    `${String(input)} is taken as it is written, and no * ? [ ] or $ in it is expanded; ` +
    "look with a script instead, such as unless: 'ls /srv/app/*.conf'",
})

export const runArgs = {
  /** The folder to run in; it must exist. `$PWD` is the real folder where a link leads to it. @default that of the login */
  cwd: absolutePath.optional(),
  /** Environment. A secret travels on standard input and never shows in `ps`. @default that of the task */
  env: z.record(name, z.union([z.string().regex(/^[^\0]*$/), secretValue])).optional(),
  /** Sent byte for byte. @default nothing */
  stdin: z.union([z.string(), secretValue]).optional(),
  /** Nothing to do if this path exists. Must exist afterwards. @default run without asking */
  creates: literalPath.optional(),
  /** Nothing to do if this path does not exist. Must be gone afterwards. @default run without asking */
  removes: literalPath.optional(),
  /**
   * A script that only looks: nothing to do if it succeeds. Must succeed afterwards.
   *
   * @default run without asking
   */
  unless: script.optional(),
  /** A script that only looks: nothing to do if it fails. @default run without asking */
  onlyIf: script.optional(),
  /**
   * What the answer of `unless` and `onlyIf`, or of a command with `changes: false`, depends on, such as
   * `[paths.at('/etc/fstab')]`; a file behind a link by its own path. Then it is asked again only after a change that may
   * touch that.
   *
   * @default anything
   */
  sees: z
    .array(z.custom<Resource>(isResource, "must be a resource, such as paths.at('/etc/fstab')"))
    .min(1)
    .readonly()
    .optional(),
  /**
   * `false` for a command that only reads: it is run while looking at the host, in dry runs too, reported as ok, and what it
   * prints is there for `from`.
   *
   * @default true
   */
  changes: z.boolean().optional(),
  /** Exit codes that are not failures. @default [0] */
  okCodes: z.array(z.int().min(0).max(255)).min(1).readonly().optional(),
  /** Milliseconds. @default the task's, else 600_000 */
  timeoutMs: z.int().positive().optional(),
}

/** What `command` and `shell` take alike. */
export interface RunArgs extends ArgsOf<typeof runArgs> {}

/** What belongs to changing the host, or needs a standard input of its own, is no part of looking at it. */
export const CHANGING = ['stdin', 'creates', 'removes', 'unless', 'onlyIf', 'timeoutMs'] as const

/** Why arguments cannot go together. */
export function contradiction(args: RunArgs): string | undefined {
  if (args.changes !== false)
    return args.sees !== undefined && args.unless === undefined && args.onlyIf === undefined
      ? 'sees says what unless, onlyIf or a command with changes: false depends on, and there is none of them'
      : undefined
  const wrong = CHANGING.find((one) => args[one] !== undefined)
  if (wrong !== undefined) return `${wrong} does not go with changes: false, which is run while looking`
  const secret = Object.entries(args.env ?? {}).find(([, value]) => typeof value !== 'string')
  return (
    secret && `env.${secret[0]} is a secret and does not go with changes: false, which has no standard input`
  )
}
