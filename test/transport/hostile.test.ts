import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { buildSync } from 'esbuild'
import { Secret } from '../../lib/core/secret.ts'
import {
  type ExchangeOptions,
  createTransport,
  defineConnection,
  processLink,
} from '../../lib/transport/index.ts'
import type { ConnectionOptions } from '../../lib/transport/connection-options.ts'
import type { Connection, Script } from '../../lib/transport/transport.ts'

const script: Script = { kind: 'probe', script: ':', timeoutMs: 1000 }
const PATIENCE = 1.5

describe('a host that', function () {
  let folder: string
  let program: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rp-hostile.'))
    program = join(folder, 'hostile-host.mjs')
    // Compiled once: it has to begin within our patience.
    buildSync({
      entryPoints: [join(import.meta.dirname, 'hostile-host.ts')],
      outfile: program,
      format: 'esm',
    })
  })
  after(() => rmSync(folder, { recursive: true }))

  let open: Connection[]
  let warnings: string[]

  const connect = async (mode: string, options: ConnectionOptions = {}): Promise<Connection> => {
    const connection = defineConnection({
      name: 'hostile',
      open: async (host, signal) =>
        processLink(host.name, signal, {
          argv: () => [process.execPath, program, mode],
        }),
    })
    const warn = (_: string, text: string): number => warnings.push(text)
    const transport = createTransport({ patience: PATIENCE, lockWait: 2, warn, ...options })
    const made = await transport.connect(
      { name: 'bad', address: '', connection },
      new AbortController().signal,
    )
    open.push(made)
    return made
  }
  beforeEach(() => {
    open = []
    warnings = []
  })
  afterEach(() => Promise.all(open.map((connection) => connection.close())))

  /** What became of an exchange, in how long, and how long it kept everybody else waiting. */
  async function exchange(
    mode: string,
    options: Partial<ExchangeOptions> = {},
    more: ConnectionOptions = {},
  ) {
    const connection = await connect(mode, more)
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    const started = performance.now()
    const memory = process.memoryUsage.rss()
    const outcome = await connection
      .exchange([script], { user: 'login', ...options })
      .catch((error: unknown) => error as Error & { code: string })
    delay.disable()
    return {
      outcome: outcome as readonly { stdout: Buffer; code: number }[] & Error & { code: string },
      ms: performance.now() - started,
      blockedMs: delay.max / 1e6,
      grownMb: (process.memoryUsage.rss() - memory) / 1e6,
    }
  }

  // The script's second, the five of timeout, the five that answers are held back, the two of the lock, our patience.
  const ALLOWED = (1 + 5 + 5 + 2 + PATIENCE + 2) * 1000
  const cases: Readonly<
    Record<string, readonly [code: string, message: RegExp, options?: Partial<ExchangeOptions>]>
  > = {
    'sends nothing when a shell is started': ['E_NO_SHELL', /did not answer within 2 s/],
    'endless noise': ['E_NO_SHELL', /longer than 1048576 bytes/],
    'noise that never ends a line': ['E_NO_SHELL', /did not answer within 2 s|longer than/],
    'dribbled noise': ['E_NO_SHELL', /did not answer within 2 s/],
    'blanks in the greeting': ['E_NO_SHELL', /a line is longer than 65536 bytes/],
    'silent after hello': ['E_CONNECTION_LOST', /did not answer within \d+ s/],
    'a line that never ends': ['E_CONNECTION_LOST', /a line is longer than 65536 bytes/],
    'single bytes without a newline': ['E_CONNECTION_LOST', /did not answer within|a line is longer than/],
    'waits for ever': ['E_CONNECTION_LOST', /not a reply/, { lock: true }],
    'waits for ever, slowly': ['E_CONNECTION_LOST', /not a reply|did not answer/, { lock: true }],
    'locked, although nobody asked': ['E_CONNECTION_LOST', /not a reply/],
    'another nonce': ['E_CONNECTION_LOST', /not a reply/],
    'more replies than scripts': ['E_CONNECTION_LOST', /not a reply/],
    'no replies at all': ['E_CONNECTION_LOST', /not a reply/],
    'a code that is none': ['E_CONNECTION_LOST', /not a reply/],
    'a negative size': ['E_CONNECTION_LOST', /not a reply/],
    'a size without the bytes': ['E_CONNECTION_LOST', /did not answer within/],
  }
  for (const [mode, [code, message, options]] of Object.entries(cases)) {
    it(`${mode}: is given up, and harms nobody`, async () => {
      const { outcome, ms, blockedMs, grownMb } = await exchange(mode, options)
      assert.equal(outcome.name, 'UnreachableError')
      assert.equal(outcome.code, code)
      assert.match(outcome.message, message)
      assert.ok(outcome.message.length < 6000)
      assert.ok(ms < ALLOWED, `took ${ms} ms`)
      assert.ok(blockedMs < 1500, `blocked the others for ${blockedMs} ms`)
      assert.ok(grownMb < 60, `took ${grownMb} MB`)
      const again = performance.now()
      await assert.rejects(open[0]?.exchange([script], { user: 'login' }) ?? Promise.resolve(), {
        name: 'UnreachableError',
      })
      await open[0]?.close()
      assert.ok(performance.now() - again < 1500, 'what is over ends quickly')
    })
  }

  it('repeats that it waits: is told once, in short', async () => {
    await exchange('waits for ever', { lock: true })
    assert.equal(warnings.length, 1)
    assert.ok((warnings[0]?.length ?? 0) < 300)
  })

  it('is silent while sudo is asked: becoming root has a deadline, with and without a password', async () => {
    for (const becomePassword of [undefined, new Secret('become password', 'a password')]) {
      const { outcome, ms } = await exchange(
        'sends nothing when a shell is started',
        { user: 'root' },
        { becomePassword },
      )
      assert.equal(outcome.code, 'E_BECOME_FAILED')
      assert.match(outcome.message, /did not answer within 2 s/)
      assert.ok(ms < 10_000)
    }
  })

  it('claims an enormous answer: it is not kept', async () => {
    const { outcome, grownMb } = await exchange('an enormous size')
    assert.equal(outcome[0]?.code, 1)
    assert.equal(outcome[0]?.stdout.length, 0)
    assert.ok(grownMb < 120, `took ${grownMb} MB`)
  })

  it('answers with blanks, or says much beside the answer, is heard', async () => {
    const blanks = await exchange('blanks for an answer')
    assert.equal(blanks.outcome[0]?.stdout.length, 150_000)
    assert.ok(blanks.blockedMs < 1500)
    for (const mode of ['blanks before the greeting', 'noise on stderr'])
      assert.equal((await exchange(mode)).outcome[0]?.code, 0, mode)
  })

  it('does not start, is told apart from one that is silent', async () => {
    const connection = defineConnection({
      name: 'absent',
      open: async (host, signal) => processLink(host.name, signal, { argv: () => ['/nonexistent/program'] }),
    })
    const transport = createTransport({ patience: PATIENCE })
    const made = await transport.connect(
      { name: 'bad', address: '', connection },
      new AbortController().signal,
    )
    await assert.rejects(made.exchange([script], { user: 'login' }), {
      code: 'E_NO_SHELL',
      message: /ENOENT/,
    })
  })
})
