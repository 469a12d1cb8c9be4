import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { absolutePath } from '../../../core/schemas.ts'
import { contradiction, runArgs } from '../../commands/shared/run-args.ts'
import { dockerName } from '../shared/schemas.ts'

const { env, stdin, sees, changes, okCodes, timeoutMs } = runArgs
const script = z
  .string()
  .min(1)
  .regex(/^[^\0]*$/, 'must not contain a NUL byte')

const shape = {
  /** The container's name. It must be running. */
  container: dockerName,
  /** The program and its arguments. They are not interpreted by a shell. Pass secrets in `env` or `stdin`. */
  argv: z
    .array(z.string('must be text: arguments show in ps, so secrets go to env or stdin').regex(/^[^\0]*$/))
    .min(1)
    .refine(([program]) => program !== '', 'must start with a program')
    .readonly(),
  /** User name or `uid:gid` in the container. @default that of the container */
  user: z
    .string()
    .regex(/^[^\s\0-][^\s\0]*$/, 'must be a user, such as postgres or 1000:1000')
    .optional(),
  /** Working directory in the container. @default that of the container */
  workdir: absolutePath.optional(),
  /** Environment variables of the program. Secrets are passed on standard input and never show in `ps`. @default those of the container */
  env,
  /** Standard input, passed on unchanged. @default empty */
  stdin,
  /** Run only if this path does not exist in the container. If it is still missing afterwards, the task fails. @default always run */
  creates: absolutePath.optional(),
  /** Run only if this path exists in the container. If it still exists afterwards, the task fails. @default always run */
  removes: absolutePath.optional(),
  /**
   * A script that only reads, for the `sh` of the container, without secrets of `env`. Run only if this script fails. If it still
   * fails afterwards, the task fails.
   *
   * @default always run
   */
  unless: script.optional(),
  /** A script that only reads, for the `sh` of the container. Run only if this script succeeds. @default always run */
  onlyIf: script.optional(),
  /** What the result of `unless` and `onlyIf`, or of a program with `changes: false`, depends on. @default anything */
  sees,
  /**
   * `false` for a program that only reads. It runs as a probe, also in dry runs, and is reported as ok. Its output can be used
   * with `from`.
   *
   * @default true
   */
  changes,
  /** Exit codes that count as success. @default [0] */
  okCodes,
  /** How long the program may take, in milliseconds. Docker does not end one in the container that takes longer. @default `timeoutMs` of the task, otherwise 600_000 */
  timeoutMs,
}

export interface DockerExecArgs extends ArgsOf<typeof shape> {}

export const args = z.strictObject(shape).check(({ value, issues }) => {
  const refuse = (message: string | undefined): void => {
    if (message !== undefined) issues.push({ code: 'custom', message, input: value })
  }
  refuse(contradiction(value))
  const own = Object.entries(value.env ?? {}).find(
    ([name, given]) => typeof given !== 'string' && /^(PATH|HOME|DOCKER_.*)$/.test(name),
  )
  if (own !== undefined)
    refuse(`env.${own[0]} is a secret, and would also be a setting of the docker command on the host`)
})
