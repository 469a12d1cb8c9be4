import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connection, Script } from '../../lib/transport/transport.ts'
import { WAYS, type Way } from './ways.ts'

export const probe = (script: string, more: Partial<Script> = {}): Script => ({
  kind: 'probe',
  script,
  ...more,
})
export const step = (script: string, more: Partial<Script> = {}): Script => ({
  kind: 'step',
  script,
  ...more,
})

/** A connection of its own for each test, over one of the ways. */
export class AtHost {
  /** A folder of this machine. */
  readonly dir = mkdtempSync(join(tmpdir(), 'rp-test.'))
  /** A folder of the host. */
  readonly folder = `/tmp/rp-host-${process.pid}`
  trace: string[] = []
  #way: Way | undefined
  #connection: Connection | undefined

  get connection(): Connection {
    if (this.#connection === undefined) throw new Error('not connected')
    return this.#connection
  }

  get home(): string {
    return this.#way?.home ?? ''
  }

  /** Where a file of the host is on this machine. */
  here(path: string): string {
    return this.#way?.here(path) ?? path
  }

  run(...scripts: Script[]): ReturnType<Connection['exchange']> {
    return this.connection.exchange(scripts, { user: 'login' })
  }

  async outputs(...scripts: Script[]): Promise<string[]> {
    return (await this.run(...scripts)).map(({ stdout }) => stdout.toString('latin1'))
  }

  async codes(...scripts: Script[]): Promise<number[]> {
    return (await this.run(...scripts)).map(({ code }) => code)
  }

  open(way: Way): void {
    this.#way = way
    mkdirSync(way.here(this.folder))
    chmodSync(way.here(this.folder), 0o777)
  }

  async connect(): Promise<void> {
    this.trace = []
    this.#connection = await this.#way?.connect((_, text) => this.trace.push(text))
  }

  async disconnect(): Promise<void> {
    await this.#connection?.close()
  }

  async close(): Promise<void> {
    rmSync(this.dir, { recursive: true })
    if (this.#way === undefined) return
    rmSync(this.#way.here(this.folder), { recursive: true })
    await this.#way.close()
  }
}

/**
 * The same tests over every way to reach a host.
 *
 * @param only the names of the ways, when it is not every one
 */
export function eachWay(title: string, tests: (at: AtHost) => void, only?: readonly string[]): void {
  for (const [name, openWay] of Object.entries(WAYS)) {
    if (only?.includes(name) === false) continue
    describe(`${title} ${name}`, function () {
      const at = new AtHost()
      before(async function () {
        const way = await openWay()
        if (typeof way !== 'string') return at.open(way)
        console.log(`      skipped: ${way}`)
        this.skip()
      })
      after(() => at.close())
      beforeEach(() => at.connect())
      afterEach(() => at.disconnect())
      tests(at)
    })
  }
}
