import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createTransport, ssh } from '../../lib/transport/index.ts'
import { Deadline } from '../../lib/transport/ssh/connect-deadline.ts'
import { openSocket } from '../../lib/transport/ssh/socket.ts'
import { type Sshd, freePort, startSshd } from './sshd.ts'

const signal = new AbortController().signal

describe('what is asked before a host is connected to', function () {
  this.timeout(120_000)

  it('holds up no other host: names that no server answers for', async function () {
    if (process.getuid?.() !== 0 || !existsSync('/usr/bin/unshare')) this.skip()
    const program = join(import.meta.dirname, 'silent-names.ts')
    const node = [process.execPath, '--conditions=source', '--import', 'tsx', program]
    const { stdout } = await promisify(execFile)('unshare', ['--mount', '--net', ...node], {
      timeout: 110_000,
    })
    const { late, named, dead, notices } = JSON.parse(stdout) as Record<'late' | 'named', string> &
      Record<'dead' | 'notices', string[]>
    assert.equal(late, 'in')
    assert.equal(named, 'in', 'the address of the inventory')
    assert.match(notices.join('\n'), /node-a\.example\.net: DNS does not answer for .*127\.0\.0\.1/)
    for (const one of dead)
      assert.match(one, /^E_CONNECT_FAILED: .*dead-\d+\.example\.net.*\(ConnectTimeout\)/)
  })

  it('may take all the time there is, which ends the attempt and nothing else', async () => {
    let connected = 0
    const server = createServer(() => (connected += 1)).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    const deadline = new Deadline(1, signal)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const options = { addressFamily: 0, bindAddress: undefined } as const
    // A port that refuses, too: nobody would hear of the error of the socket.
    for (const at of [port, await freePort()])
      await assert.rejects(openSocket('127.0.0.1', at, options, deadline), {
        code: 'E_CONNECT_FAILED',
        message: /ConnectTimeout/,
      })
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal(connected, 0)
    server.close()
  })

  describe('such as an agent', () => {
    let sshd: Sshd
    before(async function () {
      if (process.getuid?.() !== 0) this.skip()
      sshd = await startSshd()
    })
    after(() => sshd?.stop())

    it('that does not answer is passed over, and named where no other key does', async () => {
      const socket = join(sshd.dir, 'silent-agent')
      const agent = createServer(() => {}).listen(socket)
      const blocks = (more: string): string =>
        `Host host\n  IdentityAgent ${socket}\n  ConnectTimeout 6\n${more}`
      const connect = async (path: string, client: 'auto' | 'openssh' = 'auto'): Promise<void> => {
        const host = { name: 'host', address: '', connection: ssh({ transport: client }) }
        await (await createTransport({ sshConfigFile: path }).connect(host, signal)).close()
      }
      for (const client of ['auto', 'openssh'] as const) await connect(sshd.sshConfig(blocks('')), client)
      await assert.rejects(connect(sshd.sshConfig(blocks('  User nobody-here\n'))), {
        code: 'E_AUTH_FAILED',
        message: /the agent at .*silent-agent does not answer/,
      })
      agent.close()
    })
  })
})
