import { isIP } from 'node:net'
import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { absolutePath, regularExpression } from '../../../core/schemas.ts'
import { CONNECTION_STATES } from './connections.ts'

const milliseconds = z.int().positive()

const shape = {
  /** A TCP port that is tried from the host. Use either this or `path` or `process`. */
  port: z.int().min(1).max(65535).optional(),
  /** Name or address of the host that has the port. With `state: 'drained'`, an own address, or `0.0.0.0` for all. @default '127.0.0.1' */
  host: z
    .string()
    .regex(/^[A-Za-z0-9_:][\w.:%-]*$/, 'must be a name or an address')
    .optional(),
  /** Absolute path on the host. Links are followed. Use either this or `port` or `process`. */
  path: absolutePath.optional(),
  /**
   * Name of a process, such as `nginx`, or a pattern that its command line matches, such as `/java .*app\.jar/`. Use either this or
   * `port` or `path`.
   */
  process: z
    .string()
    .regex(/^[^\0\n/]+$/, 'must be a name without a slash, or a pattern')
    .or(regularExpression)
    .optional(),
  /**
   * - `present`, `started`: the port accepts connections, the path exists, or the process runs
   * - `absent`, `stopped`: the port does not accept connections, the path does not exist, or no such process runs
   * - `drained`: nobody is connected to the port any more
   *
   * @default 'started'
   */
  state: z.enum(['present', 'started', 'absent', 'stopped', 'drained']).optional(),
  /**
   * A pattern that the file has to match, or what the server on the port says by itself. Of a file the last MiB is read. `^` and `$` match at
   * each line.
   *
   * @default anything
   */
  searchRegex: regularExpression.optional(),
  /** With `drained`: addresses whose connections do not count. @default none */
  excludeHosts: z
    .array(z.string().refine((one) => isIP(one) !== 0, 'must be an IP address'))
    .readonly()
    .optional(),
  /** With `drained`: states of connections that count. @default all that Ansible counts: those of TCP but for LISTEN, CLOSE, CLOSE_WAIT, LAST_ACK, CLOSING */
  activeConnectionStates: z.array(z.enum(CONNECTION_STATES)).min(1).readonly().optional(),
  /** How long a connection may take, in milliseconds, rounded up to seconds. @default 5000 */
  connectTimeoutMs: milliseconds.max(30_000).optional(),
  /** How long to wait, in milliseconds. @default 300_000, five minutes */
  timeoutMs: milliseconds.optional(),
  /** Time between two looks, in milliseconds. @default 1000 */
  sleepMs: milliseconds.optional(),
  /** What to say when the time is over. @default what it is, and what it should be */
  message: z.string().min(1).optional(),
}

export interface WaitForArgs extends ArgsOf<typeof shape> {}

const isThere = (state: WaitForArgs['state'] = 'started'): boolean =>
  state === 'started' || state === 'present'

export const args = z
  .strictObject(shape)
  .refine(
    ({ port, path, process }) => [port, path, process].filter((one) => one !== undefined).length === 1,
    {
      path: ['port'],
      error: 'one of port, path and process is needed, and only one. To wait for some time, use pause',
    },
  )
  .refine(
    ({ port, host, connectTimeoutMs }) => port !== undefined || (host ?? connectTimeoutMs) === undefined,
    {
      path: ['host'],
      error: 'host and connectTimeoutMs go with port only',
    },
  )
  .refine(({ port, state }) => state !== 'drained' || port !== undefined, {
    path: ['state'],
    error: 'drained goes with port only',
  })
  .refine(
    ({ state, excludeHosts, activeConnectionStates }) =>
      state === 'drained' || (excludeHosts ?? activeConnectionStates) === undefined,
    { path: ['excludeHosts'], error: 'excludeHosts and activeConnectionStates go with state: drained only' },
  )
  .refine(({ state, host = '127.0.0.1' }) => state !== 'drained' || isIP(host) !== 0, {
    path: ['host'],
    error: 'must be an IP address with state: drained',
  })
  .refine(
    ({ state, searchRegex, process }) =>
      searchRegex === undefined || (isThere(state) && process === undefined),
    {
      path: ['searchRegex'],
      error: 'goes with port or path, and with state started or present',
    },
  )
