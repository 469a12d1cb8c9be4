import type { DockerContainer } from '../shared/reader.ts'
import type { ContainerOptions, Logging, Ulimit } from './args.ts'
import { healthFlags, observedHealth } from './health.ts'
import { canonicalMount, mountFlag, observedMounts } from './mounts.ts'
import { canonicalPort, observedPorts } from './ports.ts'
import { bytes } from '../shared/schemas.ts'

/** How one option is asked for, read back and given to Docker. What is asked for is compared with what is read. */
interface Option<Value> {
  readonly flags: (value: Value) => readonly string[]
  readonly wanted: (value: Value) => unknown
  readonly observed: (container: DockerContainer) => unknown
  /** `wanted` and `observed` are records, and only the keys that were asked for count. */
  readonly keyed?: true | undefined
  /** Flags of `docker update`, for what may change while the container runs. */
  readonly live?: ((value: Value) => readonly string[]) | undefined
}

type Options = { readonly [Name in keyof ContainerOptions]-?: Option<NonNullable<ContainerOptions[Name]>> }

export const OPTIONS: Options = {
  command: {
    flags: () => [], // comes after the image
    wanted: (command) => command,
    observed: ({ config }) => config.Cmd,
  },
  entrypoint: {
    flags: (program) => ['--entrypoint', program],
    wanted: (program) => [program],
    observed: ({ config }) => config.Entrypoint,
  },
  env: {
    keyed: true,
    flags: (env) => Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    wanted: (env) => Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)])),
    observed: ({ config }) => pairs(config.Env),
  },
  volumes: {
    flags: (mounts) => mounts.flatMap((mount) => ['--mount', mountFlag(mount)]),
    wanted: (mounts) => mounts.map(canonicalMount).sort(),
    observed: observedMounts,
  },
  ports: {
    flags: (ports) => ports.flatMap((mapping) => ['--publish', canonicalPort(mapping)]),
    wanted: (ports) => ports.map(canonicalPort).sort(),
    observed: observedPorts,
  },
  network: {
    flags: (network) => ['--network', network],
    wanted: (network) => network,
    observed: mainNetwork,
  },
  networks: {
    flags: () => [], // joined one by one after creation
    wanted: (networks) => [...networks].sort(),
    observed: (container) => container.networks.filter((name) => name !== mainNetwork(container)),
    live: () => [],
  },
  restart: {
    flags: (policy) => ['--restart', policy],
    wanted: (policy) => policy,
    observed: ({ host: { RestartPolicy: policy } }) =>
      policy.MaximumRetryCount > 0 ? `${policy.Name}:${policy.MaximumRetryCount}` : policy.Name || 'no',
    live: (policy) => ['--restart', policy],
  },
  init: {
    flags: (init) => [`--init=${init}`],
    wanted: (init) => init,
    observed: ({ host }) => host.Init ?? false,
  },
  shmSize: {
    flags: (size) => ['--shm-size', `${bytes(size)}`],
    wanted: bytes,
    observed: ({ host }) => host.ShmSize,
  },
  stopTimeout: {
    flags: (seconds) => ['--stop-timeout', `${seconds}`],
    wanted: (seconds) => seconds,
    observed: ({ config }) => config.StopTimeout ?? undefined,
  },
  stopSignal: {
    flags: (signal) => ['--stop-signal', signal],
    wanted: (signal) => signal,
    observed: ({ config }) => config.StopSignal,
  },
  user: {
    flags: (user) => ['--user', user],
    wanted: (user) => user,
    observed: ({ config }) => config.User,
  },
  workdir: {
    flags: (path) => ['--workdir', path],
    wanted: (path) => path,
    observed: ({ config }) => config.WorkingDir,
  },
  labels: {
    keyed: true,
    flags: (labels) => Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
    wanted: (labels) => labels,
    observed: ({ config }) => config.Labels,
  },
  capAdd: {
    flags: (names) => names.flatMap((name) => ['--cap-add', name]),
    wanted: capabilities,
    observed: ({ host }) => capabilities(host.CapAdd),
  },
  capDrop: {
    flags: (names) => names.flatMap((name) => ['--cap-drop', name]),
    wanted: capabilities,
    observed: ({ host }) => capabilities(host.CapDrop),
  },
  securityOpt: {
    flags: (all) => all.flatMap((one) => ['--security-opt', one]),
    wanted: confinement,
    observed: ({ host }) => confinement(host.SecurityOpt),
  },
  pidsLimit: {
    flags: (limit) => ['--pids-limit', `${limit}`],
    wanted: (limit) => limit,
    observed: ({ host }) => host.PidsLimit ?? undefined,
  },
  ulimits: {
    keyed: true,
    flags: (limits) =>
      Object.entries(limits).flatMap(([name, one]) => ['--ulimit', `${name}=${bothLimits(one)}`]),
    wanted: (limits) =>
      Object.fromEntries(Object.entries(limits).map(([name, one]) => [name, bothLimits(one)])),
    observed: ({ host }) =>
      Object.fromEntries(host.Ulimits.map(({ Name, Soft, Hard }) => [Name, `${Soft}:${Hard}`])),
  },
  sysctls: {
    keyed: true,
    flags: (all) => Object.entries(all).flatMap(([name, value]) => ['--sysctl', `${name}=${value}`]),
    wanted: (all) => Object.fromEntries(Object.entries(all).map(([name, value]) => [name, String(value)])),
    observed: ({ host }) => host.Sysctls,
  },
  privileged: {
    flags: (privileged) => [`--privileged=${privileged}`],
    wanted: (privileged) => privileged,
    observed: ({ host }) => host.Privileged,
  },
  readOnly: {
    flags: (readOnly) => [`--read-only=${readOnly}`],
    wanted: (readOnly) => readOnly,
    observed: ({ host }) => host.ReadonlyRootfs,
  },
  devices: {
    flags: (devices) => devices.flatMap((device) => ['--device', canonicalDevice(device)]),
    wanted: (devices) => devices.map(canonicalDevice).sort(),
    observed: ({ host }) =>
      host.Devices.map((one) => `${one.PathOnHost}:${one.PathInContainer}:${one.CgroupPermissions}`).sort(),
  },
  tmpfs: {
    flags: (mounts) =>
      Object.entries(mounts).flatMap(([path, options]) => ['--tmpfs', options ? `${path}:${options}` : path]),
    wanted: (mounts) => mounts,
    observed: ({ host }) => host.Tmpfs,
  },
  healthcheck: {
    keyed: true,
    flags: healthFlags,
    wanted: (check) => (check === 'none' ? { command: 'none' } : { ...check }),
    observed: observedHealth,
  },
  hostname: {
    flags: (name) => ['--hostname', name],
    wanted: (name) => name,
    observed: ({ config }) => config.Hostname,
  },
  extraHosts: {
    flags: (hosts) =>
      Object.entries(hosts).flatMap(([name, address]) => ['--add-host', `${name}:${address}`]),
    wanted: (hosts) =>
      Object.entries(hosts)
        .map(([name, address]) => `${name}:${address}`)
        .sort(),
    observed: ({ host }) => [...host.ExtraHosts].sort(),
  },
  logging: {
    keyed: true,
    flags: loggingFlags,
    wanted: ({ driver, options }: Logging) => ({ ...options, driver }),
    observed: ({ host: { LogConfig: log } }) => ({ ...log.Config, driver: log.Type }),
  },
  memory: {
    flags: (size) => ['--memory', `${bytes(size)}`],
    wanted: bytes,
    observed: ({ host }) => host.Memory,
    // Docker refuses a limit above the sum of memory and swap that it derived from the old one: twice as much.
    live: (size) => ['--memory', `${bytes(size)}`, '--memory-swap', `${2 * bytes(size)}`],
  },
  cpus: {
    flags: (cpus) => ['--cpus', `${cpus}`],
    wanted: (cpus) => Math.round(cpus * 1e9) / 1e9,
    observed: ({ host }) => host.NanoCpus / 1e9,
    live: (cpus) => ['--cpus', `${cpus}`],
  },
}

/** The network that it was created in. */
export function mainNetwork({ host }: DockerContainer): string {
  return host.NetworkMode === 'default' ? 'bridge' : host.NetworkMode
}

function pairs(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=')
      return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)]
    }),
  )
}

function capabilities(names: readonly string[]): string[] {
  return names.map((name) => name.toUpperCase().replace(/^CAP_/, '')).sort()
}

// Docker takes `no-new-privileges`, `no-new-privileges:true` and `=true` for the same, and gives back what it was given.
function confinement(all: readonly string[]): string[] {
  return all
    .map((one) => one.replace(':', '=').replace(/^no-new-privileges=true$/, 'no-new-privileges'))
    .sort()
}

const bothLimits = (limit: number | Ulimit): string =>
  typeof limit === 'number' ? `${limit}:${limit}` : `${limit.soft}:${limit.hard}`

function canonicalDevice(device: string): string {
  const [outside = '', inside = outside, permissions = 'rwm'] = device.split(':')
  return `${outside}:${inside}:${permissions}`
}

function loggingFlags({ driver, options = {} }: Logging): string[] {
  return [
    '--log-driver',
    driver,
    ...Object.entries(options).flatMap(([name, value]) => ['--log-opt', `${name}=${value}`]),
  ]
}
