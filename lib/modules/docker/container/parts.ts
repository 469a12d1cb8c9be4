import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { absolutePath } from '../../../core/schemas.ts'
import { dockerName } from '../shared/schemas.ts'

const word = z.string().min(1)
const seconds = z.number().positive()

const mount = {
  /** With a slash in front a path on the host, otherwise the name of a volume. */
  source: absolutePath.or(dockerName),
  /** Absolute path in the container. */
  target: absolutePath,
  /** The container cannot write to it. @default false */
  readOnly: z.boolean().optional(),
}

/** Something of the host in the container. */
export interface ContainerMount extends ArgsOf<typeof mount> {}

export const containerMount: z.ZodType<ContainerMount, ContainerMount> = z.strictObject(mount)

const health = {
  /** For the container's `/bin/sh -c`. */
  command: word,
  /** Seconds between two checks. @default Docker's: 30 */
  interval: seconds.optional(),
  /** Seconds. @default Docker's: 30 */
  timeout: seconds.optional(),
  /** Seconds in which failures do not count. @default Docker's: 0 */
  startPeriod: seconds.optional(),
  /** Failures in a row that make it unhealthy. @default Docker's: 3 */
  retries: z.int().positive().optional(),
}

/** How Docker finds out whether the program in the container works. */
export interface Healthcheck extends ArgsOf<typeof health> {}

export const healthcheck: z.ZodType<Healthcheck, Healthcheck> = z.strictObject(health)

const log = {
  /** Docker's driver. @example 'json-file' */
  driver: word,
  /** Options of the driver. @default none @example { 'max-size': '10m', 'max-file': '3' } */
  options: z.record(word, z.string()).optional(),
}

/** Where the output of the container goes. */
export interface Logging extends ArgsOf<typeof log> {}

export const logging: z.ZodType<Logging, Logging> = z.strictObject(log)

const limit = z.int().min(-1, 'must be a number, or -1 for no limit')
const limits = {
  /** What a process begins with. It may raise it to the hard limit. */
  soft: limit,
  /** What nobody but root may raise. */
  hard: limit,
}

/** A limit of the processes of a container. */
export interface Ulimit extends ArgsOf<typeof limits> {}

export const ulimit: z.ZodType<Ulimit, Ulimit> = z
  .strictObject(limits)
  .refine(
    ({ soft, hard }) => hard === -1 || (soft !== -1 && soft <= hard),
    'has a soft limit above the hard one',
  )

/** A number is both limits. */
export const ulimits: z.ZodType<
  Readonly<Record<string, number | Ulimit>>,
  Readonly<Record<string, number | Ulimit>>
> = z.record(
  z.string().regex(/^[a-z]+$/, "is no name of a limit, such as 'nofile'"),
  z.union([limit, ulimit]),
)
