import { posix } from 'node:path'
import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { mapSchema } from '../../../core/map-schema.ts'
import { absolutePath } from '../../../core/schemas.ts'
import { adopt } from '../shared/ownership.ts'
import { isPlain } from '../shared/schemas.ts'

const service = z
  .string()
  .regex(/^[a-zA-Z0-9._-]+$/, 'must be the name of a service')
  .regex(/^[^-]/)
const file = z.string().regex(/^[^\0\n\r-][^\0\n\r]*$/, 'must be a path without line breaks')

const shape = {
  /** Absolute path of the folder of the project on the host. Paths in the compose file begin there. Needed unless there is a `definition`. */
  folder: absolutePath.optional(),
  /** The compose file as an object, instead of one on the host. It shows in `ps`, so it must hold no secrets. */
  definition: z
    .record(z.string(), z.json())
    .refine(
      (value) => isPlain(JSON.stringify(value)),
      'holds a secret, which would show: write the file with template',
    )
    .optional(),
  /** Name of the project. Needed with a `definition`. @default what the compose file says, otherwise the name of the folder */
  project: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]*$/, 'must be lower-case letters, digits, dashes and underscores')
    .optional(),
  /** Compose files: names in the folder, or absolute paths. @default compose.yaml, or what docker compose finds otherwise */
  files: z.array(file).min(1).readonly().optional(),
  /** Files with variables for the compose files: names in the folder, or absolute paths. @default .env */
  envFiles: z.array(file).min(1).readonly().optional(),
  /** Profiles whose services take part. @default none */
  profiles: z.array(service).readonly().optional(),
  /** Only these services, and those that they depend on. @default all */
  services: z.array(service).min(1).readonly().optional(),
  /**
   * - `present`: as `docker compose up --detach`
   * - `stopped`: the containers are there, and do not run
   * - `absent`: as `docker compose down`
   *
   * @default 'present'
   */
  state: z.enum(['present', 'stopped', 'absent']).optional(),
  /** When to pull images. With `always` the task has something to do each time. @default what the compose file says, otherwise `missing` */
  pull: z.enum(['always', 'missing', 'never']).optional(),
  /** When to build images. With `always` the task has something to do each time. @default images that are missing */
  build: z.enum(['always', 'never']).optional(),
  /** When to replace containers. With `always` the task has something to do each time. @default those that differ */
  recreate: z.enum(['always', 'never']).optional(),
  /** Services that `services` depend on take part. @default true */
  dependencies: z.boolean().optional(),
  /** Remove containers of the project whose service the compose file does not have. @default false */
  removeOrphans: z.boolean().optional(),
  /** With `absent`: remove the volumes of the project too, with their data. @default false */
  removeVolumes: z.boolean().optional(),
  /** With `absent`: remove images too: `all`, or the `local` ones that were built without a name. @default none */
  removeImages: z.enum(['all', 'local']).optional(),
  /** Number of containers by service. @default what the compose file says */
  scale: z.record(service, z.int().min(0)).optional(),
  /** Give new containers new anonymous volumes. @default false */
  renewAnonVolumes: z.boolean().optional(),
  /** Wait until the services run, and are healthy. @default false */
  wait: z.boolean().optional(),
  /** With `wait`: how long, in milliseconds, rounded up to seconds. @default 300_000 */
  waitTimeoutMs: z.int().positive().optional(),
  /** Seconds between the stop signal and SIGKILL. @default that of the service */
  stopTimeout: z.int().nonnegative().optional(),
  /** Change or remove a project of this name that was made from another folder. @default false */
  adopt,
}

export interface DockerComposeArgs extends ArgsOf<typeof shape> {}

const schema = z
  .strictObject(shape)
  .refine(({ folder, definition }) => folder !== undefined || definition !== undefined, {
    path: ['folder'],
    error: 'is needed, or definition',
  })
  .refine(
    ({ definition, project, files }) =>
      definition === undefined || (project !== undefined && files === undefined),
    {
      path: ['definition'],
      error: 'needs project, and does not go with files',
    },
  )
  .refine(
    ({ state, removeVolumes, removeImages }) =>
      state === 'absent' || (removeVolumes !== true && removeImages === undefined),
    {
      path: ['removeVolumes'],
      error: 'removeVolumes and removeImages go with state: absent only',
    },
  )
  .refine(
    ({ wait, waitTimeoutMs, state = 'present' }) =>
      (wait !== true || state === 'present') && (waitTimeoutMs === undefined || wait === true),
    {
      path: ['wait'],
      error: 'wait goes with state: present only, and waitTimeoutMs with wait: true',
    },
  )
  .refine(
    ({ state, pull, build, recreate, scale, renewAnonVolumes, dependencies }) =>
      state !== 'absent' ||
      [pull, build, recreate, scale, renewAnonVolumes, dependencies].every((one) => one === undefined),
    {
      path: ['state'],
      error: 'absent does not go with pull, build, recreate, scale, renewAnonVolumes and dependencies',
    },
  )

/** The arguments, with the environment of the task. */
export interface Compose extends DockerComposeArgs {
  readonly state: 'present' | 'stopped' | 'absent'
  readonly folder: string
  /** Absolute paths. */
  readonly files: readonly string[]
  readonly envFiles: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

export const composeArgs = mapSchema(
  schema,
  ({ state = 'present', folder = '/', files = [], envFiles = [], ...given }): Compose => ({
    ...given,
    state,
    folder,
    files: files.map((one) => posix.resolve(folder, one)),
    envFiles: envFiles.map((one) => posix.resolve(folder, one)),
    environment: {},
  }),
)
