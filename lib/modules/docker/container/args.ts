import { z } from 'zod'
import { absolutePath } from '../../../core/schemas.ts'
import { type PortMapping, portMapping } from './ports.ts'
import {
  type ByteSize,
  byteSize,
  dockerName,
  imageReference,
  isPlain,
  plainLabels,
  plainText,
} from '../shared/schemas.ts'

/**
 * A container that should be there. Options that are left out are not compared: the image's and Docker's own
 * defaults are never a difference.
 */
export interface ContainerArgs extends ContainerOptions {
  readonly name: string
  /** Reference (`postgres:16`) or id (`sha256:…`). Docker pulls what is not there. */
  readonly image: string
  /** @default 'running' */
  readonly state?: 'running' | 'stopped' | undefined
}

/** A container that should not be there. Its named volumes stay. */
export interface AbsentContainer {
  readonly name: string
  readonly state: 'absent'
  /** Seconds it gets to end by itself. @default the container's own */
  readonly stopTimeout?: number | undefined
}

export interface ContainerOptions {
  /** Program arguments, one array item each. @example ['postgres', '-c', 'fsync=on'] */
  readonly command?: readonly string[] | undefined
  /** The program; its arguments belong into `command`. */
  readonly entrypoint?: string | undefined
  /** Shows in `docker inspect`, so secrets are refused: mount them as a file. */
  readonly env?: Readonly<Record<string, string | number | boolean>> | undefined
  /** All mounts; a `source` with a slash is a path on the host, otherwise the name of a volume. */
  readonly volumes?: readonly ContainerMount[] | undefined
  /** All published ports. @example ['10.88.0.11:5432:5432', '53:53/udp'] */
  readonly ports?: readonly (string | PortMapping)[] | undefined
  /** `host`, `none`, `bridge` or the name of a network. @default Docker's: bridge */
  readonly network?: string | undefined
  /** Further networks. Joined and left while the container runs. */
  readonly networks?: readonly string[] | undefined
  /** What Docker does when the program ends. Changed while the container runs. @default Docker's: no */
  readonly restart?: RestartPolicy | undefined
  /** A small init as process 1, which reaps orphans. */
  readonly init?: boolean | undefined
  /** Size of /dev/shm. @default Docker's: 64m */
  readonly shmSize?: ByteSize | undefined
  /** Seconds between the stop signal and the kill. @default Docker's: 10 */
  readonly stopTimeout?: number | undefined
  /** @example 'SIGINT' */
  readonly stopSignal?: string | undefined
  /** Name or `uid:gid`. */
  readonly user?: string | undefined
  readonly workdir?: string | undefined
  readonly labels?: Readonly<Record<string, string>> | undefined
  /** @example ['NET_ADMIN'] */
  readonly capAdd?: readonly string[] | undefined
  readonly capDrop?: readonly string[] | undefined
  readonly privileged?: boolean | undefined
  /** The container's own file system can't be written; mounts and tmpfs can. */
  readonly readOnly?: boolean | undefined
  /** `HOST_PATH[:CONTAINER_PATH[:rwm]]` */
  readonly devices?: readonly string[] | undefined
  /** Path and mount options. @example { '/tmp': 'size=64m' } */
  readonly tmpfs?: Readonly<Record<string, string>> | undefined
  readonly healthcheck?: Healthcheck | 'none' | undefined
  readonly hostname?: string | undefined
  /** Lines for /etc/hosts: name and address. */
  readonly extraHosts?: Readonly<Record<string, string>> | undefined
  readonly logging?: Logging | undefined
  /** Limit. Changed while the container runs. */
  readonly memory?: ByteSize | undefined
  /** Limit in processors, such as 1.5. Changed while the container runs. */
  readonly cpus?: number | undefined
}

export interface ContainerMount {
  readonly source: string
  readonly target: string
  /** @default false */
  readonly readOnly?: boolean | undefined
}

export interface Healthcheck {
  /** For the container's `/bin/sh -c`. */
  readonly command: string
  /** Seconds. */
  readonly interval?: number | undefined
  /** Seconds. */
  readonly timeout?: number | undefined
  /** Seconds in which failures don't count. */
  readonly startPeriod?: number | undefined
  readonly retries?: number | undefined
}

export interface Logging {
  /** @example 'json-file' */
  readonly driver: string
  /** @example { 'max-size': '10m', 'max-file': '3' } */
  readonly options?: Readonly<Record<string, string>> | undefined
}

export type RestartPolicy = 'no' | 'always' | 'unless-stopped' | 'on-failure' | `on-failure:${number}`

const word = z.string().min(1)
const seconds = z.number().positive()
const envValue = z.custom<string | number | boolean>(
  (value) => ['string', 'number', 'boolean'].includes(typeof value) && isPlain(value),
  {
    error: ({ input }) =>
      isPlain(input)
        ? 'must be a string, a number or a boolean'
        : 'is a secret, which would show in docker inspect; write it to a file and mount that',
  },
)

const options = {
  command: z.array(plainText).optional(),
  entrypoint: word.optional(),
  env: z.record(z.string().regex(/^[^=\0]+$/, 'is no name for a variable'), envValue).optional(),
  volumes: z
    .array(
      z.strictObject({
        source: absolutePath.or(dockerName),
        target: absolutePath,
        readOnly: z.boolean().optional(),
      }),
    )
    .optional(),
  ports: z.array(portMapping).optional(),
  network: dockerName.optional(),
  networks: z.array(dockerName).optional(),
  restart: z
    .custom<RestartPolicy>(
      (value) => /^(no|always|unless-stopped|on-failure(:[1-9]\d*)?)$/.test(String(value)),
      "must be 'no', 'always', 'unless-stopped', 'on-failure' or 'on-failure:TIMES'",
    )
    .optional(),
  init: z.boolean().optional(),
  shmSize: byteSize.optional(),
  stopTimeout: z.int().nonnegative().optional(),
  stopSignal: z
    .string()
    .regex(/^(SIG[A-Z0-9+-]+|\d+)$/, "must be a signal such as 'SIGINT'")
    .optional(),
  user: word.optional(),
  workdir: absolutePath.optional(),
  labels: plainLabels.optional(),
  capAdd: z.array(word).optional(),
  capDrop: z.array(word).optional(),
  privileged: z.boolean().optional(),
  readOnly: z.boolean().optional(),
  devices: z.array(word.startsWith('/')).optional(),
  tmpfs: z.record(z.string().startsWith('/'), z.string()).optional(),
  healthcheck: z
    .literal('none')
    .or(
      z.strictObject({
        command: word,
        interval: seconds.optional(),
        timeout: seconds.optional(),
        startPeriod: seconds.optional(),
        retries: z.int().positive().optional(),
      }),
    )
    .optional(),
  hostname: word.optional(),
  extraHosts: z.record(word, word).optional(),
  logging: z.strictObject({ driver: word, options: z.record(word, z.string()).optional() }).optional(),
  memory: byteSize.optional(),
  cpus: z.number().positive().optional(),
}

const anyContainer = z
  .strictObject({
    name: dockerName,
    image: imageReference.optional(),
    state: z.enum(['running', 'stopped', 'absent']).optional(),
    ...options,
  })
  .check(({ value, issues }) => {
    const refuse = (path: string, message: string) =>
      issues.push({ code: 'custom', input: value, path: [path], message })
    if (value.state === 'absent') {
      const allowed = ['name', 'state', 'stopTimeout']
      const extra = Object.keys(value).filter((key) => !allowed.includes(key))
      for (const key of extra) refuse(key, "means nothing with state 'absent'")
    } else if (value.image === undefined) refuse('image', 'is missing')
    if (value.ports !== undefined && value.network === 'host') {
      refuse('ports', "network 'host' publishes none: the program listens on the host itself")
    }
  })

// One object with a check, because the messages of a union don't name the argument.
export const containerArgs = anyContainer as unknown as z.ZodType<ContainerArgs | AbsentContainer>
