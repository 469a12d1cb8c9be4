import { z } from 'zod'
import type { ArgsOf } from '../../../core/args-of.ts'
import { absolutePath } from '../../../core/schemas.ts'
import { containerMount, healthcheck, logging, ulimits } from './parts.ts'
import { portMapping } from './ports.ts'
import { adopt } from '../shared/ownership.ts'
import { byteSize, dockerName, imageReference, isPlain, plainLabels, plainText } from '../shared/schemas.ts'
export type { ContainerMount, Healthcheck, Logging, Ulimit } from './parts.ts'

export type RestartPolicy = 'no' | 'always' | 'unless-stopped' | 'on-failure' | `on-failure:${number}`

const word = z.string().min(1)
const envValue = z.custom<string | number | boolean>(
  (value) => ['string', 'number', 'boolean'].includes(typeof value) && isPlain(value),
  {
    error: ({ input }) =>
      isPlain(input)
        ? 'must be a string, a number or a boolean'
        : 'is a secret, which would show in docker inspect; write it to a file and mount that',
  },
)
const restartPolicy = z.custom<RestartPolicy>(
  (value) => /^(no|always|unless-stopped|on-failure(:[1-9]\d*)?)$/.test(String(value)),
  "must be 'no', 'always', 'unless-stopped', 'on-failure' or 'on-failure:TIMES'",
)

const options = {
  /** Program arguments, one array item each. @default the image's @example ['postgres', '-c', 'fsync=on'] */
  command: z.array(plainText).readonly().optional(),
  /** The program; its arguments belong into `command`. @default the image's */
  entrypoint: word.optional(),
  /** Shows in `docker inspect`, so secrets are refused: mount them as a file. @default the image's alone */
  env: z.record(z.string().regex(/^[^=\0]+$/, 'is no name for a variable'), envValue).optional(),
  /** All mounts; a `source` with a slash is a path on the host, otherwise the name of a volume. @default none */
  volumes: z.array(containerMount).readonly().optional(),
  /** All published ports. @default none @example ['10.88.0.11:5432:5432', '53:53/udp'] */
  ports: z.array(portMapping).readonly().optional(),
  /** `host`, `none`, `bridge` or the name of a network. @default Docker's: bridge */
  network: dockerName.optional(),
  /** Further networks. Joined and left while the container runs. @default none */
  networks: z.array(dockerName).readonly().optional(),
  /** What Docker does when the program ends. Changed while the container runs. @default Docker's: no */
  restart: restartPolicy.optional(),
  /** A small init as process 1, which reaps orphans. @default Docker's: false */
  init: z.boolean().optional(),
  /** Size of /dev/shm, in bytes or with a unit. @default Docker's: 64m */
  shmSize: byteSize.optional(),
  /** Seconds between the stop signal and the kill. @default Docker's: 10 */
  stopTimeout: z.int().nonnegative().optional(),
  /** What asks the program to end. @default the image's, else SIGTERM @example 'SIGINT' */
  stopSignal: z
    .string()
    .regex(/^(SIG[A-Z0-9+-]+|\d+)$/, "must be a signal such as 'SIGINT'")
    .optional(),
  /** Name or `uid:gid`. @default the image's, else root */
  user: word.optional(),
  /** Absolute path in the container. @default the image's */
  workdir: absolutePath.optional(),
  /** Labels that it must have; it may have others. @default none */
  labels: plainLabels.optional(),
  /** Capabilities beyond Docker's own set. @default none @example ['NET_ADMIN'] */
  capAdd: z.array(word).readonly().optional(),
  /** Capabilities that are taken from Docker's own set. @default none @example ['ALL'] */
  capDrop: z.array(word).readonly().optional(),
  /**
   * How the kernel confines it. All of them: what is not named is Docker's default, such as its seccomp profile.
   * @default none @example ['no-new-privileges']
   */
  securityOpt: z.array(word).readonly().optional(),
  /** The most processes and threads that it may have. @default the engine's: no limit @example 512 */
  pidsLimit: z.int().positive().optional(),
  /** Limits of its processes by name; a number is the soft and the hard one, -1 none. @default the engine's @example { nofile: 65536 } */
  ulimits: ulimits.optional(),
  /** Kernel settings of its namespaces. @default Docker's @example { 'net.core.somaxconn': 1024 } */
  sysctls: z
    .record(
      z.string().regex(/^[a-z0-9_-]+(\.[A-Za-z0-9_*-]+)+$/, 'is no name of a kernel setting'),
      z.union([word, z.int()]),
    )
    .optional(),
  /** All that root on the host may do. @default false */
  privileged: z.boolean().optional(),
  /** The container's own file system cannot be written; mounts and tmpfs can. @default false */
  readOnly: z.boolean().optional(),
  /** `HOST_PATH[:CONTAINER_PATH[:rwm]]`. @default none */
  devices: z.array(word.startsWith('/')).readonly().optional(),
  /** Path and mount options. @default none @example { '/tmp': 'size=64m' } */
  tmpfs: z.record(z.string().startsWith('/'), z.string()).optional(),
  /** How Docker finds out whether the program works; `none` turns off the image's. @default the image's */
  healthcheck: z.literal('none').or(healthcheck).optional(),
  /** The name that the container has for itself. @default Docker's: the container's id */
  hostname: word.optional(),
  /** Lines for /etc/hosts: name and address. @default none */
  extraHosts: z.record(word, word).optional(),
  /** Where the output goes. @default the engine's */
  logging: logging.optional(),
  /** Limit, in bytes or with a unit. Changed while the container runs. @default none @example '512m' */
  memory: byteSize.optional(),
  /** Limit in processors, such as 1.5. Changed while the container runs. @default none */
  cpus: z.number().positive().optional(),
}

const own = {
  /** The container's name. */
  name: dockerName,
  /** Reference (`postgres:16`) or id (`sha256:…`). Docker pulls what is not there. Needed unless `absent`. */
  image: imageReference.optional(),
  /** `absent` removes it with all but its named volumes; then only `stopTimeout` and `adopt` count. @default 'running' */
  state: z.enum(['running', 'stopped', 'absent']).optional(),
  /**
   * Takes over a container of this name that somebody else made. It is replaced only where it differs. Without it such
   * a container is an error, E_FOREIGN_CONTAINER.
   *
   * @default false
   */
  adopt,
}

/** Options that are left out are not compared: the image's and Docker's own defaults are never a difference. */
export interface ContainerOptions extends ArgsOf<typeof options> {}

export interface ContainerArgs extends ContainerOptions, ArgsOf<typeof own> {}

/** A container that should be there. */
export interface PresentContainer extends ContainerOptions {
  readonly name: string
  readonly image: string
  readonly state?: 'running' | 'stopped' | undefined
  /** Whoever made it. */
  readonly adopt?: boolean | undefined
}

/** A container that should not be there. Its named volumes stay. */
export interface AbsentContainer {
  readonly name: string
  readonly state: 'absent'
  /** Seconds it gets to end by itself. */
  readonly stopTimeout?: number | undefined
  /** Whoever made it. */
  readonly adopt?: boolean | undefined
}

const ABSENT = ['name', 'state', 'stopTimeout', 'adopt']

// One object with a check, because the messages of a union don't name the argument.
export const containerArgs = z
  .strictObject({ ...own, ...options })
  .check(({ value, issues }) => {
    const refuse = (path: string, message: string) =>
      issues.push({ code: 'custom', input: value, path: [path], message })
    if (value.state === 'absent') {
      const extra = Object.keys(value).filter((key) => !ABSENT.includes(key))
      for (const key of extra) refuse(key, "means nothing with state 'absent'")
    } else if (value.image === undefined) refuse('image', 'is missing')
    if (value.ports !== undefined && value.network === 'host') {
      refuse('ports', "network 'host' publishes none: the program listens on the host itself")
    }
  })
  .transform(({ image = '', state, ...rest }): PresentContainer | AbsentContainer => {
    if (state === 'absent')
      return { name: rest.name, state, stopTimeout: rest.stopTimeout, adopt: rest.adopt }
    return { ...rest, image, state }
  })
