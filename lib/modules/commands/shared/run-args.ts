import * as z from '../../../core/lazy-zod.ts'
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
  /** Working directory; it must exist. If it is a symbolic link, `$PWD` is its target. @default the directory after login */
  cwd: absolutePath.optional(),
  /** Environment variables. Secrets are passed on standard input and never show in `ps`. @default those of the task */
  env: z.record(name, z.union([z.string().regex(/^[^\0]*$/), secretValue])).optional(),
  /** Standard input, passed on unchanged. @default empty */
  stdin: z.union([z.string(), secretValue]).optional(),
  /** Run only if this path does not exist. If it is still missing afterwards, the task fails. @default always run */
  creates: literalPath.optional(),
  /** Run only if this path exists. If it still exists afterwards, the task fails. @default always run */
  removes: literalPath.optional(),
  /**
   * A script that only reads. Run only if this script fails. If it still fails afterwards, the task fails.
   *
   * @default always run
   */
  unless: script.optional(),
  /** A script that only reads. Run only if this script succeeds. @default always run */
  onlyIf: script.optional(),
  /**
   * What the result of `unless` and `onlyIf`, or of a command with `changes: false`, depends on, such as
   * `[paths.at('/etc/fstab')]`. These commands are then repeated only after a task that may change one of these resources.
   * For a symbolic link, also list the path of its target. An empty list: nothing that a task changes, such as the version of the kernel.
   *
   * @default anything
   */
  sees: z
    .array(z.custom<Resource>(isResource, "must be a resource, such as paths.at('/etc/fstab')"))
    .readonly()
    .optional(),
  /**
   * `false` for a command that only reads. It runs as a probe, also in dry runs, and is reported as ok. Its output can be used
   * with `from`.
   *
   * @default true
   */
  changes: z.boolean().optional(),
  /** Exit codes that count as success. @default [0] */
  okCodes: z.array(z.int().min(0).max(255)).min(1).readonly().optional(),
  /** How long the command may take, in milliseconds. @default `timeoutMs` of the task, otherwise 600_000 */
  timeoutMs: z.int().positive().optional(),
}

/** What `command` and `shell` take alike. */
export interface RunArgs extends ArgsOf<typeof runArgs> {}

/** What belongs to changing the host, or needs a standard input of its own, is no part of looking at it. */
export const CHANGING = ['stdin', 'creates', 'removes', 'unless', 'onlyIf', 'timeoutMs'] as const

/** Why arguments cannot go together. */
export function contradiction(args: Omit<RunArgs, 'cwd'>): string | undefined {
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
