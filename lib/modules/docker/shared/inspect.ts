import { createHash } from 'node:crypto'
import * as z from '../../../core/lazy-zod.ts'

/** What `docker container inspect` says, as far as anything here looks at it. */
export interface DockerContainer extends z.output<typeof containerSchema> {}

/** An image, by what makes it the same one on any host. */
export interface DockerImage {
  /** `sha256:…` of the image's configuration; with the containerd image store, of its manifest. */
  readonly id: string
  /** As Docker prints them: `postgres:16`. */
  readonly tags: readonly string[]
  /** `postgres@sha256:…`, known for what came from a registry. */
  readonly digests: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  /** A hash over layers and configuration, the same in every image store. */
  readonly content: string
}

/** What `docker network inspect` says. */
export interface DockerNetwork extends z.output<typeof networkSchema> {}

/** What `docker volume inspect` says. */
export interface DockerVolume extends z.output<typeof volumeSchema> {}

// Go prints an empty list as null, and versions differ in what they leave out.
const list = <Item extends z.ZodType>(item: Item) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? [])
const record = <Value extends z.ZodType>(value: Value) =>
  z
    .record(z.string(), value)
    .nullish()
    .transform((values) => values ?? {})
const strings = list(z.string())
const labels = record(z.string())
const text = z.string().default('')
const count = z.number().default(0)

const config = z.object({
  Image: text,
  Hostname: text,
  User: text,
  WorkingDir: text,
  Env: strings,
  Cmd: strings,
  Entrypoint: strings,
  Labels: labels,
  StopSignal: z.string().optional(),
  StopTimeout: z.number().nullish(),
  Healthcheck: z
    .object({ Test: strings, Interval: count, Timeout: count, StartPeriod: count, Retries: count })
    .nullish(),
})

const mount = z.object({
  Type: z.string(),
  Source: text,
  Target: z.string(),
  ReadOnly: z.boolean().default(false),
})

const hostConfig = z.object({
  Binds: strings,
  Mounts: list(mount),
  NetworkMode: text,
  PortBindings: record(list(z.object({ HostIp: text, HostPort: text }))),
  RestartPolicy: z.object({ Name: text, MaximumRetryCount: count }),
  Init: z.boolean().nullish(),
  ShmSize: count,
  CapAdd: strings,
  CapDrop: strings,
  SecurityOpt: strings,
  PidsLimit: z.number().nullish(),
  Ulimits: list(z.object({ Name: z.string(), Soft: z.number(), Hard: z.number() })),
  Sysctls: record(z.string()),
  Privileged: z.boolean().default(false),
  ReadonlyRootfs: z.boolean().default(false),
  Devices: list(
    z.object({ PathOnHost: z.string(), PathInContainer: z.string(), CgroupPermissions: z.string() }),
  ),
  Tmpfs: record(z.string()),
  ExtraHosts: strings,
  LogConfig: z.object({ Type: text, Config: record(z.string()) }),
  Memory: count,
  NanoCpus: count,
})

export const containerSchema = z
  .object({
    Id: z.string(),
    Name: z.string(),
    Created: text,
    Image: z.string(),
    State: z.object({ Status: z.string(), StartedAt: z.string() }),
    Config: config,
    HostConfig: hostConfig,
    NetworkSettings: z.object({ Networks: record(z.unknown()) }),
  })
  .transform((raw) => ({
    id: raw.Id,
    name: raw.Name.replace(/^\//, ''),
    /** When, as Docker prints it: `2026-11-22T20:17:42.907403865Z`. */
    created: raw.Created,
    /** The id of the image it was made from. */
    image: raw.Image,
    /** `created`, `running`, `paused`, `restarting`, `exited`, `removing` or `dead`. */
    status: raw.State.Status,
    startedAt: raw.State.StartedAt,
    config: raw.Config,
    host: raw.HostConfig,
    networks: Object.keys(raw.NetworkSettings.Networks).sort(),
  }))

/** What an image's own configuration file and `docker image inspect` both say. */
export const imageConfigSchema = z.object({
  Env: strings,
  Cmd: strings,
  Entrypoint: strings,
  User: text,
  WorkingDir: text,
  StopSignal: text,
  Labels: labels,
})

export const imageSchema = z
  .object({
    Id: z.string(),
    RepoTags: strings,
    RepoDigests: strings,
    Created: text,
    Config: imageConfigSchema.nullish().transform((value) => imageConfigSchema.parse(value ?? {})),
    RootFS: z.object({ Layers: strings }),
  })
  .transform((raw): DockerImage => ({
    id: raw.Id,
    tags: [...raw.RepoTags].sort(),
    digests: raw.RepoDigests,
    labels: raw.Config.Labels,
    content: imageContent(raw.Created, raw.RootFS.Layers, raw.Config),
  }))

/** The hash that is {@link DockerImage.content}. */
export function imageContent(
  created: string,
  layers: readonly string[],
  config: z.output<typeof imageConfigSchema>,
): string {
  const labels = Object.entries(config.Labels).sort(([a], [b]) => (a < b ? -1 : 1))
  const facts = [Date.parse(created) || 0, layers, { ...config, Labels: labels }]
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex')
}

export const networkSchema = z
  .object({
    Id: z.string(),
    Name: z.string(),
    Driver: text,
    Internal: z.boolean().default(false),
    IPAM: z.object({ Config: list(z.object({ Subnet: text, Gateway: text })) }),
    Labels: labels,
    Containers: record(z.object({ Name: text })),
  })
  .transform((raw) => ({
    id: raw.Id,
    name: raw.Name,
    driver: raw.Driver,
    internal: raw.Internal,
    subnets: raw.IPAM.Config.map(({ Subnet }) => Subnet),
    labels: raw.Labels,
    /** Names of the running containers in it. */
    containers: Object.values(raw.Containers).map(({ Name }) => Name),
  }))

export const volumeSchema = z
  .object({ Name: z.string(), Driver: text, Labels: labels, Options: labels, Mountpoint: text })
  .transform((raw) => ({
    name: raw.Name,
    driver: raw.Driver,
    labels: raw.Labels,
    options: raw.Options,
    mountpoint: raw.Mountpoint,
  }))
