import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { docker } from '../../../docker/lab/engine.ts'
import { tryRun } from '../../../docker/lab/run.ts'
import { buildImages, type Images } from './image.ts'
import { Node } from './node.ts'

// Characters that a passfile, a shell and SQL each have their own opinion about.
export const secrets = {
  postgres_password: `su:per\\se"c'ret$x`,
  replication_password: `re:pli\\ca t'"ion$y`,
}

/** A network with fixed addresses and the nodes on it, all with names of their own and removed at the end. */
export class Cluster {
  readonly images: Images
  readonly network: string
  readonly secretsDir: string
  readonly #prefix: string
  readonly #nodes: Node[] = []

  private constructor(images: Images, name: string, prefix: string, secretsDir: string) {
    this.images = images
    this.network = name
    this.#prefix = prefix
    this.secretsDir = secretsDir
  }

  static async create(): Promise<Cluster> {
    const images = await buildImages()
    const name = `rp-image-test-${Math.random().toString(36).slice(2, 8)}`
    const prefix = await createNetwork(images, name)
    const secretsDir = await mkdtemp(join(tmpdir(), `${name}-`))
    for (const [file, secret] of Object.entries(secrets)) {
      await writeFile(join(secretsDir, file), `${secret}\n`, { mode: 0o400 })
    }
    return new Cluster(images, name, prefix, secretsDir)
  }

  /** The nth address for nodes; the first one of every network is the engine's. */
  address(n: number): string {
    const [last = 0, ...rest] = this.#prefix.split('.').map(Number).reverse()
    return [...rest.reverse(), last + 1 + n].join('.')
  }

  peers(): string {
    return this.#nodes.map((node) => node.address).join(',')
  }

  node(name: string): Node {
    const node = new Node(this, `${this.network}-${name}`, this.address(this.#nodes.length + 1))
    this.#nodes.push(node)
    return node
  }

  docker(...args: string[]): Promise<string> {
    return docker(this.images.engine, args)
  }

  async remove(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.destroy()))
    await tryRun(['docker', 'network', 'rm', this.network], { env: this.images.engine.env })
    await rm(this.secretsDir, { recursive: true, force: true })
  }
}

// Documentation addresses (TEST-NET-3), sixteen at a time: whoever tests beside us takes the next sixteen.
async function createNetwork(images: Images, name: string): Promise<string> {
  for (let first = 0; first < 256; first += 16) {
    const subnet = `203.0.113.${first}`
    const created = await tryRun(['docker', 'network', 'create', '--subnet', `${subnet}/28`, name], {
      env: images.engine.env,
    })
    if (created !== undefined) return subnet
  }
  throw new Error('no free network in 203.0.113.0/24; see docker network ls')
}
