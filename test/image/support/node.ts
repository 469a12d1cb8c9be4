import { run, RunError, tryRun, until } from '../../../docker/lab/run.ts'
import { slowness } from '../../support/slowness.ts'
import type { Cluster } from './cluster.ts'
import type { Shell } from './image.ts'

export interface Start {
  mode?: 'primary' | 'replica'
  shell?: Shell
  env?: Record<string, string>
  /** Further arguments of docker run. */
  options?: string[]
  command?: string[]
  init?: boolean
  /** The node whose volume is used instead of its own. */
  disk?: Node
}

export interface Health {
  healthy: boolean
  says: string
}

/** Nobody promises how soon: long enough for a slow machine with several test files at once. */
const WAIT_MS = 180_000

/** One container and its volume. The volume outlives the container, as on a real node. */
export class Node {
  readonly name: string
  readonly address: string
  readonly #cluster: Cluster

  constructor(cluster: Cluster, name: string, address: string) {
    this.#cluster = cluster
    this.name = name
    this.address = address
  }

  async start({
    mode,
    shell = 'dash',
    env = {},
    options = [],
    command = [],
    init = true,
    disk = this,
  }: Start): Promise<this> {
    const variables = {
      POSTGRES_OVERLAY_IP: this.address,
      POSTGRES_PRIMARY_HOST: this.#cluster.address(1),
      POSTGRES_PEERS: this.#cluster.peers(),
      ...(mode && { POSTGRES_REPLICATION_MODE: mode }),
      ...env,
    }
    await this.#docker('rm', '-f', this.name).catch(() => {})
    const fixed = ['--network', this.#cluster.network, '--ip', this.address, '--tmpfs', '/run/run-playbook']
    const data = ['--volume', `${disk.name}:/var/lib/postgresql/data`]
    const passwords = ['--volume', `${this.#cluster.secretsDir}:/run/secrets:ro`]
    const environment = Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`])
    const all = [...fixed, ...data, ...passwords, ...environment, ...(init ? ['--init'] : []), ...options]
    await this.#docker(
      'run',
      '--detach',
      '--name',
      this.name,
      ...all,
      this.#cluster.images.tags[shell],
      ...command,
    )
    return this
  }

  /** Starts the container that is there. */
  async again(): Promise<void> {
    await this.#docker('start', this.name)
  }

  async kill(): Promise<void> {
    await this.#docker('kill', this.name)
  }

  /**
   * As `docker stop` does it; says how long that took and how the container ended. The seconds are those of a machine that has
   * nothing else to do.
   */
  async stop(): Promise<{ seconds: number; exitCode: number }> {
    const before = Date.now()
    await this.#docker('stop', '--time', '30', this.name)
    const seconds = (Date.now() - before) / 1000 / slowness()
    return { seconds, exitCode: Number(await this.inspect('{{.State.ExitCode}}')) }
  }

  async inspect(format: string): Promise<string> {
    return (await this.#docker('inspect', '--format', format, this.name)).trim()
  }

  /** What both standard streams of the container's whole life hold. */
  async logs(): Promise<string> {
    return run(['sh', '-c', 'docker logs "$1" 2>&1', 'sh', this.name], {
      env: this.#cluster.images.engine.env,
    })
  }

  async sql(statement: string): Promise<string> {
    return (await this.exec(['psql', '-XAtqc', statement])).trim()
  }

  exec(argv: string[], user = 'postgres'): Promise<string> {
    return this.#docker('exec', '--user', user, this.name, ...argv)
  }

  shell(script: string): Promise<string> {
    return this.exec(['sh', '-c', script])
  }

  /** Works on the volume while no container of ours has it. */
  async onVolume(script: string): Promise<string> {
    const volume = ['--volume', `${this.name}:/data`]
    const image = this.#cluster.images.tags.dash
    return this.#docker('run', '--rm', ...volume, '--workdir', '/data', image, 'sh', '-c', script)
  }

  async health(): Promise<Health> {
    try {
      return { healthy: true, says: (await this.exec(['healthcheck.sh'], 'root')).trim() }
    } catch (error) {
      return { healthy: false, says: error instanceof RunError ? error.output.trim() : String(error) }
    }
  }

  /** Healthy, and says what matches; gives back what it says. */
  healthy(words = /^/): Promise<string> {
    return until(`${this.name} is not healthy, or does not say ${words}`, WAIT_MS, async () => {
      const { healthy, says } = await this.health()
      if (/is not running/.test(says)) throw new Error(`${this.name} has ended:\n${await this.logs()}`)
      return healthy && words.test(says) ? says : undefined
    })
  }

  /** A standby is healthy before it has reached its primary. */
  streams(): Promise<string> {
    return this.healthy(/^replica, streaming from /)
  }

  /** Unhealthy for a reason that matches; gives back the reason. */
  sickBecause(reason: RegExp): Promise<string> {
    return until(`${this.name} does not say ${reason}`, WAIT_MS, async () => {
      const { healthy, says } = await this.health()
      return !healthy && reason.test(says) ? says : undefined
    })
  }

  ended(): Promise<number> {
    return until(`${this.name} does not end`, WAIT_MS, async () => {
      const [status, code] = (await this.inspect('{{.State.Status}} {{.State.ExitCode}}')).split(' ')
      return status === 'exited' ? Number(code) : undefined
    })
  }

  async remove(): Promise<void> {
    await this.#docker('rm', '-f', this.name)
  }

  async destroy(): Promise<void> {
    const env = this.#cluster.images.engine.env
    await tryRun(['docker', 'rm', '-fv', this.name], { env })
    await tryRun(['docker', 'volume', 'rm', '-f', this.name], { env })
  }

  #docker(...args: string[]): Promise<string> {
    return this.#cluster.docker(...args)
  }
}
