import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Task } from 'run-playbook'
import { Client, type ClientConfig } from 'pg'
import { flatten } from '../../lib/core/task.ts'
import { isSecret, reveal } from '../../lib/core/secret.ts'
import { postgresPooler } from '../../roles/postgres-pooler/role.ts'

export type PoolerRole = Parameters<typeof postgresPooler>[0]

const PROGRAM = 'docker/pgbouncer/pooler.sh'
const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))

/** The files of a node's PgBouncer as the role writes them, by name. */
export function poolerFiles(vars: PoolerRole): ReadonlyMap<string, string> {
  const tasks = flatten(postgresPooler(vars).tasks).map((task) => (task as Task).args)
  return new Map(
    tasks.flatMap((args) => {
      const { dest, payload } = args as { dest?: string; payload?: { text?: string; stdin: unknown } }
      return dest === undefined || payload === undefined
        ? []
        : [[dest.split('/').at(-1) ?? '', payload.text ?? secretOf(payload.stdin)] as const]
    }),
  )
}

// The hash of a secret goes first, on a line of its own.
const secretOf = (stdin: unknown): string => (isSecret(stdin) ? reveal(stdin).replace(/^.*\n/, '') : '')

/** PgBouncer with the program of the image, as the user postgres of this machine, in a folder of a test. */
export class TestPooler {
  readonly #folder: string
  readonly #vars: PoolerRole
  #child: ChildProcess | undefined
  said = ''

  constructor(folder: string, vars: PoolerRole) {
    this.#folder = folder
    this.#vars = vars
    for (const name of ['', 'conf', 'run', 'state']) mkdirSync(join(folder, name), { recursive: true })
    this.configure()
  }

  get #env() {
    const [conf, run, state] = ['conf', 'run', 'state'].map((name) => join(this.#folder, name))
    return { ...process.env, POOLER_CONF: conf, POOLER_RUN: run, POOLER_STATE: state }
  }

  /** Writes the files as the role would. */
  configure(more: Partial<PoolerRole> = {}): void {
    for (const [name, text] of poolerFiles({ ...this.#vars, ...more }))
      this.write(
        name,
        text
          .replaceAll('/etc/pgbouncer', `${this.#folder}/conf`)
          .replaceAll('/run/pgbouncer', `${this.#folder}/run`),
      )
    execFileSync('chown', ['-R', 'postgres:', this.#folder])
  }

  write(name: string, text: string): void {
    const file = join(this.#folder, 'conf', name)
    writeFileSync(`${file}.new`, text)
    chmodSync(`${file}.new`, 0o400)
    chownSync(`${file}.new`, id('-u'), id('-g'))
    renameSync(`${file}.new`, file)
  }

  start(): void {
    const [file, ...args] = this.#words('serve')
    this.#end()
    this.#child = spawn(file, args, { env: this.#env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.said += chunk.toString()))
  }

  async stop(): Promise<number | null> {
    const child = this.#child
    if (child === undefined) return null
    if (child.exitCode === null) {
      const ended = new Promise((resolve) => child.on('exit', resolve))
      child.kill('SIGTERM')
      await ended
    }
    this.#end()
    return child.exitCode
  }

  // What a container would take along.
  #end(): void {
    const pid = this.#child?.pid
    if (pid === undefined) return
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // Nothing is left of it.
    }
  }

  get ended(): boolean {
    return this.#child?.exitCode != null
  }

  /** One of the commands of the program. */
  async run(...words: string[]): Promise<string> {
    const [file, ...args] = this.#words(...words)
    return (await promisify(execFile)(file, args, { env: this.#env })).stdout.trim()
  }

  #words(...words: string[]): [string, ...string[]] {
    return [
      'setpriv',
      '--reuid=postgres',
      '--regid=postgres',
      '--clear-groups',
      '--',
      'sh',
      PROGRAM,
      ...words,
    ]
  }

  /** What the status service is told. */
  report(): unknown {
    return JSON.parse(readFileSync(join(this.#folder, 'state/pooler.json'), 'utf8'))
  }

  /** A client that is connected through it. */
  async connect(config: ClientConfig): Promise<Client> {
    const { address: host, pooler } = this.#vars
    const client = new Client({ host, port: pooler.listenPort ?? 6432, database: 'app', ...config })
    // One that is told of an error tells whoever waits for its answer.
    client.on('error', () => {})
    await client.connect()
    return client
  }
}
