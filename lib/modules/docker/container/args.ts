import * as z from '../../../core/lazy-zod.ts'
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
  /** The command and its arguments, one per array element. @default that of the image @example ['postgres', '-c', 'fsync=on'] */
  command: z.array(plainText).readonly().optional(),
  /** The program to run. Put its arguments in `command`. @default that of the image */
  entrypoint: word.optional(),
  /** Environment variables. `docker inspect` shows them, so a secret is an error: mount it as a file. @default only those of the image */
  env: z.record(z.string().regex(/^[^=\0]+$/, 'is no name for a variable'), envValue).optional(),
  /** All mounts. A `source` with a slash is a path on the host; otherwise it is the name of a volume. @default none */
  volumes: z.array(containerMount).readonly().optional(),
  /** All published ports. @default none @example ['10.88.0.11:5432:5432', '53:53/udp'] */
  ports: z.array(portMapping).readonly().optional(),
  /** `host`, `none`, `bridge` or the name of a network. @default Docker's default, bridge */
  network: dockerName.optional(),
  /** Additional networks. A change does not restart the container. @default none */
  networks: z.array(dockerName).readonly().optional(),
  /** Restart policy of Docker. A change does not restart the container. @default Docker's default, no */
  restart: restartPolicy.optional(),
  /** Run a small init process as PID 1, which reaps zombie processes. @default Docker's default, false */
  init: z.boolean().optional(),
  /** Size of /dev/shm, in bytes or with a unit. @default Docker's default, 64m */
  shmSize: byteSize.optional(),
  /** Seconds between the stop signal and SIGKILL. @default Docker's default, 10 */
  stopTimeout: z.int().nonnegative().optional(),
  /** Signal that stops the container. @default that of the image, otherwise SIGTERM @example 'SIGINT' */
  stopSignal: z
    .string()
    .regex(/^(SIG[A-Z0-9+-]+|\d+)$/, "must be a signal such as 'SIGINT'")
    .optional(),
  /** User name or `uid:gid`. @default that of the image, otherwise root */
  user: word.optional(),
  /** Working directory: an absolute path in the container. @default that of the image */
  workdir: absolutePath.optional(),
  /** Labels that the container must have. Other labels are left alone. @default none */
  labels: plainLabels.optional(),
  /** Capabilities to add to Docker's default set. @default none @example ['NET_ADMIN'] */
  capAdd: z.array(word).readonly().optional(),
  /** Capabilities to remove from Docker's default set. @default none @example ['ALL'] */
  capDrop: z.array(word).readonly().optional(),
  /**
   * All security options. For those that are not listed, Docker's default applies, such as its seccomp profile.
   * @default none @example ['no-new-privileges']
   */
  securityOpt: z.array(word).readonly().optional(),
  /** Maximum number of processes and threads. @default no limit @example 512 */
  pidsLimit: z.int().positive().optional(),
  /** Resource limits of its processes, by name. A number sets the soft and the hard limit; -1 means unlimited. @default those of the engine @example { nofile: 65536 } */
  ulimits: ulimits.optional(),
  /** Kernel settings in the namespaces of the container. @default those of Docker @example { 'net.core.somaxconn': 1024 } */
  sysctls: z
    .record(
      z.string().regex(/^[a-z0-9_-]+(\.[A-Za-z0-9_*-]+)+$/, 'is not the name of a kernel setting'),
      z.union([word, z.int()]),
    )
    .optional(),
  /** Gives the container almost all rights of root on the host. @default false */
  privileged: z.boolean().optional(),
  /** Makes the root file system of the container read-only. Mounts and tmpfs stay writable. @default false */
  readOnly: z.boolean().optional(),
  /** Devices of the host, each as `HOST_PATH[:CONTAINER_PATH[:rwm]]`. @default none */
  devices: z.array(word.startsWith('/')).readonly().optional(),
  /** Temporary file systems: path and mount options. @default none @example { '/tmp': 'size=64m' } */
  tmpfs: z.record(z.string().startsWith('/'), z.string()).optional(),
  /** How Docker checks the health of the container. `none` turns off the health check of the image. @default that of the image */
  healthcheck: z.literal('none').or(healthcheck).optional(),
  /** Host name inside the container. @default Docker's default, the container ID */
  hostname: word.optional(),
  /** Additional lines in /etc/hosts: name and address. @default none */
  extraHosts: z.record(word, word).optional(),
  /** Logging driver and its options. @default those of the engine */
  logging: logging.optional(),
  /** Memory limit, in bytes or with a unit. A change does not restart the container. @default none @example '512m' */
  memory: byteSize.optional(),
  /** CPU limit, such as 1.5. A change does not restart the container. @default none */
  cpus: z.number().positive().optional(),
}

const own = {
  /** The container's name. */
  name: dockerName,
  /** Image name (`postgres:16`) or ID (`sha256:…`). Docker pulls an image that is missing. Required unless `state` is `absent`. */
  image: imageReference.optional(),
  /**
   * `absent` removes the container and its anonymous volumes, but not its named volumes. All other arguments except
   * `stopTimeout` and `adopt` are then ignored.
   *
   * @default 'running'
   */
  state: z.enum(['running', 'stopped', 'absent']).optional(),
  /**
   * Take over a container of this name that run-playbook did not create. It is replaced only if it differs. Without
   * `adopt`, such a container is an error (E_FOREIGN_CONTAINER).
   *
   * @default false
   */
  adopt,
  /**
   * When a running container is replaced that differs in what Docker cannot change in place. `later`: not by this task. It is left
   * running, the plan says what waits, and `from(task, ({ waits }) => …)` gets it. One that does not run is replaced all the same.
   *
   * @default 'now'
   */
  replace: z.enum(['now', 'later']).optional(),
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
  /** When one that runs is replaced. */
  readonly replace?: 'now' | 'later' | undefined
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
