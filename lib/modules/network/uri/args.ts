import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { absolutePath, secretValue } from '../../../core/schemas.ts'
import { type Secret, isSecret } from '../../../core/secret.ts'
import { type HttpArgs, hasSecrets, httpArgs, checkLogin } from '../../shared/http/args.ts'
import { jsonValue } from '../../shared/json-value.ts'

/** curl does not read longer lines of configuration. */
const LONGEST_BODY = 32_768

const own = {
  /** The method, in capital letters. `GET`, `HEAD` and `OPTIONS` change nothing, and are asked in a dry run too. @default 'GET' */
  method: z
    .string()
    .regex(/^[A-Z]+$/, 'must be a word in capital letters, such as POST')
    .optional(),
  /** Text that is sent, at most 32,768 bytes. `json` and `form` make one and say its type. @default nothing is sent */
  body: z.union([z.string().regex(/^[^\0]*$/, 'must not contain a NUL byte'), secretValue]).optional(),
  /** A value that is sent as JSON, with `Content-Type: application/json`. Use either this or `body`. @default nothing is sent */
  json: jsonValue.optional(),
  /** Fields that are sent as a form is. Use either this or `body`. @default nothing is sent */
  form: z.record(z.string(), z.union([z.string(), z.array(z.string()).readonly()])).optional(),
  /** The statuses that are expected. Any other one is an error. @default [200] */
  statusCodes: z.array(z.int().min(100).max(599)).min(1).readonly().optional(),
  /** A text that the answer must contain, such as `'"status":"ok"'`. @default anything */
  contains: z.string().min(1).optional(),
  /** Keep the headers and the text of the answer, for `from`. They show in the output of the run. @default false: the status alone */
  returnContent: z.boolean().optional(),
  /** Go where the server sends a GET or a HEAD on to. Other requests always end there. @default true */
  followRedirects: z.boolean().optional(),
  /** Send the request only if this path does not exist. Not for GET, HEAD and OPTIONS. @default always */
  creates: absolutePath.optional(),
  /**
   * Seconds that the request may take; at most 50 for a GET, HEAD or OPTIONS without a secret, which is a question to the host. The wget
   * of BusyBox does not know it.
   *
   * @default 30
   */
  timeout: z.int().min(1).max(3600).optional(),
}

export interface UriArgs extends HttpArgs, ArgsOf<typeof own> {}

const bodiesOf = ({ body, json, form }: UriArgs): unknown[] =>
  [body, json, form].filter((one) => one !== undefined)

export const args = z
  .strictObject({ ...httpArgs, ...own })
  .superRefine(checkLogin)
  .refine((given) => bodiesOf(given).length < 2, { path: ['body'], error: 'only one of body, json and form' })
  .refine((given) => given.method !== 'HEAD' || bodiesOf(given).length === 0, {
    path: ['body'],
    error: 'is not sent with HEAD',
  })
  .refine((given) => bodyLength(given) <= LONGEST_BODY, {
    path: ['body'],
    error: `is longer than ${LONGEST_BODY} bytes: send a file with curl in a command`,
  })
  .refine((given) => given.creates === undefined || !isReading(given), {
    path: ['creates'],
    error: 'is for requests that change something; for others use when',
  })
  .refine(({ timeout = 30, ...given }) => timeout <= 50 || !isReading(given) || isSecretRequest(given), {
    path: ['timeout'],
    error: 'must be at most 50 for a request that only reads: use retry of the task to wait longer',
  })
  .refine((given) => given.contains === undefined || given.method !== 'HEAD', {
    path: ['contains'],
    error: 'does not go with HEAD, whose answer has no text',
  })

export type UriValues = z.output<typeof args>

/** Whether the method changes nothing, by its definition. */
export const isReading = ({ method = 'GET' }: Pick<UriArgs, 'method'>): boolean =>
  method === 'GET' || method === 'HEAD' || method === 'OPTIONS'

/** Whether something is sent that nobody may see. */
export const isSecretRequest = (given: UriArgs): boolean => hasSecrets(given) || isSecret(given.body)

/** What is sent. */
export function bodyOf({ body, json, form }: UriArgs): string | Secret | undefined {
  if (json !== undefined) return JSON.stringify(json)
  if (form === undefined) return body
  const fields = Object.entries(form).flatMap(([name, values]) =>
    (typeof values === 'string' ? [values] : values).map((value) => [name, value] as [string, string]),
  )
  return new URLSearchParams(fields).toString()
}

/** Its type, unless a header says so already. */
export function typeOf({ json, form, headers = {} }: UriArgs): string | undefined {
  if (Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')) return undefined
  if (json !== undefined) return 'application/json'
  return form === undefined ? undefined : 'application/x-www-form-urlencoded'
}

// A secret is measured when it is sent.
function bodyLength(given: UriArgs): number {
  const body = bodyOf(given)
  return typeof body === 'string' ? Buffer.byteLength(body) : 0
}
