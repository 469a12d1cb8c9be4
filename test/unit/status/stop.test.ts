import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, type Socket, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Session } from '../../../docker/status/facts/session.ts'

describe('a status service that is told to end', () => {
  let folder: string
  let child: ChildProcess | undefined
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'status-stop-'))
  })
  afterEach(() => {
    child?.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  it('does so while it waits for its address', async () => {
    const config = join(folder, 'config.json')
    const node = { name: 'node-a', address: '192.0.2.1', replicationName: 'node_a' }
    const postgres = { host: folder }
    writeFileSync(
      config,
      JSON.stringify({ node, listen: '192.0.2.1', postgres, pgbackrest: null, stateDir: folder }),
    )
    const main = resolve('docker/status/main.ts')
    const version = "data:text/javascript,globalThis.VERSION='0'"
    const args = ['--import', 'tsx', '--import', version, '--conditions=source', main, config]
    child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    while (!said.includes('waiting for 192.0.2.1') && child.exitCode === null) await sleep(20)
    child.kill('SIGTERM')
    for (const deadline = Date.now() + 8000; child.exitCode === null && Date.now() < deadline;)
      await sleep(20)
    assert.equal(child.exitCode, 0, said)
  })

  it('leaves no connection that comes about just then', async () => {
    let peer: Socket | undefined
    const message = (type: string, body: string): Buffer => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(body.length + 4)
      return Buffer.concat([Buffer.from(type), length, Buffer.from(body, 'latin1')])
    }
    const ready = message('Z', 'I')
    // As much of PostgreSQL as a session needs. It lets nobody in before it is told to.
    const server = createServer((socket) => {
      peer = socket.on('error', () => {})
      socket.on(
        'data',
        (data) => data[0] === 0x51 && socket.write(message('C', 'SELECT 0\0')) && socket.write(ready),
      )
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const session = new Session({ host: '127.0.0.1', port, user: 'monitor', database: 'postgres' })
    try {
      const asked = session.ask('SELECT 1').catch(() => undefined)
      while (peer === undefined || peer.bytesRead === 0) await sleep(10)
      session.close()
      peer.write(Buffer.concat([message('R', '\0\0\0\0'), ready]))
      await asked
      for (const deadline = Date.now() + 5000; !peer.destroyed && Date.now() < deadline;) await sleep(20)
      assert.ok(peer.destroyed)
    } finally {
      peer?.destroy()
      server.close()
    }
  })
})
