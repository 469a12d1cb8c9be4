import { z } from 'zod'
import type { ArgsOf } from '../../../core/args-of.ts'
import { secretValue } from '../../../core/schemas.ts'
import { type InstallArgs, installArgs } from '../shared/install-args.ts'

const line = z.string().regex(/^[^\0\n\r]*$/, 'must be one line')
const headerName = z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'must be the name of a header')

function isUrl(text: string): boolean {
  const url = /^https?:\/\/[\x21-\x7e]+$/i.test(text) && URL.canParse(text) ? new URL(text) : undefined
  return url !== undefined && url.username === '' && url.password === ''
}

const own = {
  /** An address that begins with `https://` or `http://`. A name and a password do not belong in it: everybody sees it in `ps`. */
  url: z
    .string()
    .refine(isUrl, 'must be an http or https URL, without a name and a password, with spaces as %20'),
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
  /** HTTP headers. Secrets need curl on the host, and do not go with `force`. @default none */
  headers: z.record(headerName, z.union([line, secretValue])).optional(),
  /** Name for basic authentication. Needs `password`. @default none */
  username: line.regex(/^[^:]+$/, 'must not contain a colon').optional(),
  /** Password for basic authentication. Needs `username`. @default none */
  password: secretValue.optional(),
  /** Check the certificate of the server. @default true */
  validateCerts: z.boolean().optional(),
  /** Use the proxy that the environment names, such as `https_proxy`. @default true */
  useProxy: z.boolean().optional(),
  /** Seconds that the server may stay silent. The wget of BusyBox does not know it. @default 10 */
  timeout: z.int().min(1).max(86_400).optional(),
}

const { dest, mode, owner, group, validate, backup } = installArgs

export interface GetUrlArgs extends Omit<InstallArgs, 'inPlace'>, ArgsOf<typeof own> {}

export const args = z
  .strictObject({ ...own, dest, mode, owner, group, validate, backup })
  .refine(({ force, checksum }) => force !== true || checksum === 'none', {
    path: ['force'],
    error: "goes with checksum: 'none'; a file that has the checksum need not be downloaded again",
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    path: ['password'],
    error: 'either both username and password, or neither',
  })
  .refine((given) => given.force !== true || !hasSecrets(given), {
    path: ['force'],
    error: 'does not go with a password or a secret header: the question would show in ps',
  })

export type GetUrlValues = z.output<typeof args>

/** Whether something is sent that nobody may see. */
export const hasSecrets = ({ headers = {}, password }: Pick<GetUrlArgs, 'headers' | 'password'>): boolean =>
  password !== undefined || Object.values(headers).some((value) => typeof value !== 'string')
