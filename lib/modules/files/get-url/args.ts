import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { type HttpArgs, hasSecrets, httpArgs, checkLogin } from '../../shared/http/args.ts'
import { type InstallArgs, installArgs } from '../shared/install-args.ts'

const own = {
  /**
   * The hash of the file, `sha256:` or `sha512:` before it. A file that has it is not downloaded again; one that arrives with
   * another is an error, and the old file stays. `none` takes whatever the server sends: then the file is downloaded only if it is
   * missing, or as `force` says.
   */
  checksum: z
    .string()
    .regex(
      /^(none|sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/i,
      "must be sha256: and 64 hex digits, sha512: and 128, or 'none'",
    )
    .transform((text) => text.toLowerCase()),
  /**
   * Ask the server each time, in a dry run too, and replace the file if it has another one. Only with `checksum: 'none'`.
   *
   * @default false
   */
  force: z.boolean().optional(),
  /** Seconds that the server may stay silent. The wget of BusyBox does not know it. @default 10 */
  timeout: z.int().min(1).max(86_400).optional(),
}

const { dest, mode, owner, group, validate, backup } = installArgs

export interface GetUrlArgs extends Omit<InstallArgs, 'inPlace'>, HttpArgs, ArgsOf<typeof own> {}

export const args = z
  .strictObject({ ...httpArgs, ...own, dest, mode, owner, group, validate, backup })
  .refine(({ force, checksum }) => force !== true || checksum === 'none', {
    path: ['force'],
    error: "goes with checksum: 'none'; a file that has the checksum need not be downloaded again",
  })
  .superRefine(checkLogin)
  .refine((given) => given.force !== true || !hasSecrets(given), {
    path: ['force'],
    error: 'does not go with a password or a secret header: the question would show in ps',
  })

export type GetUrlValues = z.output<typeof args>
