import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { UnreachableError } from '../../lib/core/errors.ts'
import { createTransport, defineConnection, local, processLink } from '../../lib/transport/index.ts'

const here = { name: 'here', address: '127.0.0.1' }

/** Processes that this one waits for before it ends. */
const waitedFor = (): number =>
  process.getActiveResourcesInfo().filter((what) => what === 'ProcessWrap').length

describe('a connection by processes of this machine that is cut', () => {
  let folder: string
  const at = (name: string): string => join(folder, name)
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cut-off-'))
  })
  afterEach(() => {
    if (existsSync(at('pid'))) process.kill(Number(readFileSync(at('pid'), 'utf8')), 'SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  it('does not keep the run from ending, however long what runs there takes', async () => {
    const before = waitedFor()
    const cut = new AbortController()
    const connection = await createTransport({ lock: false }).connect(
      { ...here, connection: local() },
      cut.signal,
    )
    const script = `echo $$ >${at('pid.new')}; mv ${at('pid.new')} ${at('pid')}; exec sleep 300`
    const asked = assert.rejects(connection.exchange([{ kind: 'probe', script }], { user: 'login' }), {
      code: 'E_CONNECTION_LOST',
    })
    while (!existsSync(at('pid'))) await sleep(10)
    cut.abort()
    await asked
    await connection.close()
    assert.equal(waitedFor(), before)
  })

  it('before it is there is no connection', async () => {
    const stopped = AbortSignal.abort()
    let closed = 0
    const slow = defineConnection({
      name: 'slow',
      open: async ({ name }, signal) => {
        await sleep(10)
        const link = processLink(name, signal, { argv: (command) => ['/bin/sh', '-c', command] })
        return { ...link, close: () => (closed++, link.close()) }
      },
    })
    for (const connection of [local(), slow])
      await assert.rejects(createTransport().connect({ ...here, connection }, stopped), (error) => {
        assert.ok(error instanceof UnreachableError)
        assert.deepEqual(
          [error.code, error.message],
          ['E_CONNECT_FAILED', 'connecting to here was interrupted'],
        )
        return true
      })
    assert.equal(closed, 1)
  })

  it('is told of a relay that has ended before anybody could listen', async () => {
    const nowhere = defineConnection({
      name: 'nowhere',
      open: async ({ name }, signal) => processLink(name, signal, { argv: () => ['/nonexistent/program'] }),
    })
    const connection = await createTransport().connect(
      { ...here, connection: nowhere },
      new AbortController().signal,
    )
    // Not from within a promise: what a program that cannot be started has to say comes before the promises.
    const { opening } = await new Promise<{ opening: Promise<Duplex> }>((resolve) =>
      setImmediate(() => resolve({ opening: connection.forward('127.0.0.1', 5432) })),
    )
    const stream = await opening
    for (const deadline = Date.now() + 5000; !stream.destroyed && Date.now() < deadline;) await sleep(20)
    assert.equal((stream.errored as { code?: string } | null)?.code, 'E_FORWARD_FAILED')
    assert.match(String(stream.errored), /ENOENT/)
    await connection.close()
  })

  it('begins nothing more', async () => {
    const cut = new AbortController()
    const link = processLink('here', cut.signal, {
      argv: (command) => ['/bin/sh', '-c', command],
      sameNetwork: true,
    })
    cut.abort()
    await assert.rejects(link.openChannel(`echo >${at('begun')}`), { code: 'E_CONNECTION_LOST' })
    await assert.rejects(link.forward('127.0.0.1', 9), { code: 'E_CONNECTION_LOST' })
    await link.close()
  })
})
