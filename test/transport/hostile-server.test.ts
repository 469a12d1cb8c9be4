import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { UnreachableError, UserError } from '../../lib/core/errors.ts'
import { createTransport, ssh } from '../../lib/transport/index.ts'
import { WAYS, hostileServer } from './hostile-server.ts'

/** As many at once: each would otherwise wait for the answer of another. */
const AT_ONCE = 8

describe('an SSH server that', function () {
  this.timeout(120_000)
  let folder: string
  let server: Awaited<ReturnType<typeof hostileServer>>
  const outcomes = new Map<string, unknown>()

  /** Logs in and runs something. @returns what it fails with, if it does */
  async function meet(way: string, transport: ReturnType<typeof createTransport>): Promise<unknown> {
    const host = { name: `host-${WAYS.indexOf(way)}`, address: '127.0.0.1', connection: ssh() }
    const connection = await transport.connect(host, new AbortController().signal)
    try {
      return await connection.exchange([{ kind: 'probe', script: ':', timeoutMs: 500 }], { user: 'login' })
    } finally {
      await connection.close()
    }
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rp-hostile-ssh.'))
    server = await hostileServer()
    const { private: key } = ssh2.utils.generateKeyPairSync('ed25519')
    writeFileSync(join(folder, 'id'), key)
    chmodSync(join(folder, 'id'), 0o600)
    const users = WAYS.map((_, i) => `Host host-${i}\n  User u${i}\n`).join('')
    const config = `${users}Host *
  HostName 127.0.0.1
  Port ${server.port}
  ConnectTimeout 10
  IdentityFile ${folder}/id
  IdentityAgent none
  UserKnownHostsFile ${folder}/known
  GlobalKnownHostsFile none
  StrictHostKeyChecking accept-new
`
    writeFileSync(join(folder, 'config'), config)
    const transport = createTransport({ sshConfigFile: join(folder, 'config'), patience: 3, warn: () => {} })
    const left = [...WAYS]
    const work = async (): Promise<void> => {
      for (let way = left.shift(); way !== undefined; way = left.shift())
        outcomes.set(way, await meet(way, transport).catch((error: unknown) => error))
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
  })
  after(() => {
    server?.close()
    if (folder) rmSync(folder, { recursive: true })
  })

  // What it throws outside of a promise ends the process, and the test with it.
  for (const way of WAYS)
    it(`${way}, fails on its own host and nowhere else`, () => {
      const outcome = outcomes.get(way)
      assert.ok(outcome instanceof UserError, String(outcome))
      // One that lets somebody in too early may refuse to run anything before it hangs up.
      if (outcome.code !== 'E_CHANNEL_FAILED') assert.ok(outcome instanceof UnreachableError, outcome.stack)
      assert.ok(outcome.message.length < 6000)
    })
})
