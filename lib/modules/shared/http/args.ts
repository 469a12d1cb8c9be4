import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { secretValue } from '../../../core/schemas.ts'

const line = z.string().regex(/^[^\0\n\r]*$/, 'must be one line')
const headerName = z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'must be the name of a header')

function isUrl(text: string): boolean {
  const url = /^https?:\/\/[\x21-\x7e]+$/i.test(text) && URL.canParse(text) ? new URL(text) : undefined
  return url !== undefined && url.username === '' && url.password === ''
}

export const httpArgs = {
  /** An address that begins with `https://` or `http://`. A name and a password do not belong in it: everybody sees it in `ps`. */
  url: z
    .string()
    .refine(isUrl, 'must be an http or https URL, without a name and a password, with spaces as %20'),
  /**
   * HTTP headers. Where the server sends the request on to another server, they are not sent there. They need curl on the host;
   * those without a secret also go with the wget of GNU, if the server sends nothing on.
   *
   * @default none
   */
  headers: z.record(headerName, z.union([line, secretValue])).optional(),
  /** Name for basic authentication. Needs `password`. @default none */
  username: line.regex(/^[^:]+$/, 'must not contain a colon').optional(),
  /** Password for basic authentication. Needs `username`. @default none */
  password: secretValue.optional(),
  /** Check the certificate of the server. @default true */
  validateCerts: z.boolean().optional(),
  /** Use the proxy that the environment names, such as `https_proxy`. @default true */
  useProxy: z.boolean().optional(),
}

/** What the modules take alike that ask a web server. */
export interface HttpArgs extends ArgsOf<typeof httpArgs> {}

/** For a schema: a name and a password go together. */
export function checkLogin({ username, password }: HttpArgs, context: z.RefinementCtx): void {
  const lacking = (name: keyof HttpArgs, other: keyof HttpArgs): void =>
    context.addIssue({ code: 'custom', path: [name], message: `is needed with ${other}` })
  if (username === undefined && password !== undefined) lacking('username', 'password')
  if (username !== undefined && password === undefined) lacking('password', 'username')
}

/** Whether headers of the task are sent. */
export const hasHeaders = ({ headers = {}, password }: Pick<HttpArgs, 'headers' | 'password'>): boolean =>
  password !== undefined || Object.keys(headers).length > 0

/** Whether something is sent that nobody may see. */
export const hasSecrets = ({ headers = {}, password }: Pick<HttpArgs, 'headers' | 'password'>): boolean =>
  password !== undefined || Object.values(headers).some((value) => typeof value !== 'string')
