import { z } from 'zod'
import { absolutePath, secretValue } from '../../../core/schemas.ts'
import type { Secret } from '../../../core/secret.ts'

/** What `command` and `shell` take alike. */
export interface RunArgs {
  /** The folder to run in; it must exist. @default that of the login */
  readonly cwd?: string | undefined
  /** Environment. A secret travels on standard input and never shows in `ps`. */
  readonly env?: Readonly<Record<string, string | Secret>> | undefined
  /** Sent byte for byte. @default nothing */
  readonly stdin?: string | Secret | undefined
  /** Nothing to do if this path exists. Must exist afterwards. */
  readonly creates?: string | undefined
  /** Nothing to do if this path does not exist. Must be gone afterwards. */
  readonly removes?: string | undefined
  /** A script that only looks: nothing to do if it succeeds. Must succeed afterwards. */
  readonly unless?: string | undefined
  /** A script that only looks: nothing to do if it fails. */
  readonly onlyIf?: string | undefined
  /**
   * `false` for a command that only reads: it is run while looking at the host, in dry runs too, reported as ok, and what it
   * prints is there for `from`.
   *
   * @default true
   */
  readonly changes?: boolean | undefined
  /** Exit codes that are not failures. @default [0] */
  readonly okCodes?: readonly number[] | undefined
  /** Milliseconds. @default 600_000 */
  readonly timeoutMs?: number | undefined
}

const script = z
  .string()
  .min(1)
  .regex(/^[^\0]*$/, 'must not contain a NUL byte')
const name = z.string().regex(/^[A-Za-z_]\w*$/, 'must be the name of an environment variable')

export const runArgs = {
  cwd: absolutePath.optional(),
  env: z.record(name, z.union([z.string().regex(/^[^\0]*$/), secretValue])).optional(),
  stdin: z.union([z.string(), secretValue]).optional(),
  creates: absolutePath.optional(),
  removes: absolutePath.optional(),
  unless: script.optional(),
  onlyIf: script.optional(),
  changes: z.boolean().optional(),
  okCodes: z.array(z.int().min(0).max(255)).min(1).optional(),
  timeoutMs: z.int().positive().optional(),
}

/** What belongs to changing the host, or needs a standard input of its own, is no part of looking at it. */
export const CHANGING = ['stdin', 'creates', 'removes', 'unless', 'onlyIf', 'timeoutMs'] as const

/** Why arguments cannot go together. */
export function contradiction(args: RunArgs): string | undefined {
  if (args.changes !== false) return undefined
  const wrong = CHANGING.find((one) => args[one] !== undefined)
  if (wrong !== undefined) return `${wrong} does not go with changes: false, which is run while looking`
  const secret = Object.entries(args.env ?? {}).find(([, value]) => typeof value !== 'string')
  return (
    secret && `env.${secret[0]} is a secret and does not go with changes: false, which has no standard input`
  )
}
