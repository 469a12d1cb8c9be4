import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { type Socket, connect } from 'node:net'
import { join } from 'node:path'
import { type TestNode, freePort, within } from './support/cluster.ts'
import { sharedPair } from './support/shared.ts'

const MOST_MB = 60

/** What the image starts Node with: its limits are part of what is tested. */
const flags = (): string[] => {
  const [, entrypoint = '[]'] =
    /^ENTRYPOINT (\[[\s\S]*?\])$/m.exec(readFileSync('docker/status/Dockerfile', 'utf8')) ?? []
  return (JSON.parse(entrypoint.replaceAll('\\\n', '')) as string[]).filter((word) => word.startsWith('--'))
}

describe('the service as it ships, with the heap that it has in its container', function () {
  let service: ChildProcess
  let node: TestNode
  let port = 0

  before(async function () {
    this.timeout(600_000)
    ;[node] = await sharedPair()
    port = await freePort()
    const { folder } = node.postgres
    // Not in dist/, from where a test beside this one may build the image.
    execFileSync(process.execPath, ['--import=tsx', 'docker/status/build.ts', join(folder, 'service')])
    const file = join(folder, 'status.json')
    writeFileSync(file, JSON.stringify({ ...node.config, port, peers: [] }))
    service = spawn(process.execPath, [...flags(), join(folder, 'service/status.cjs'), file], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    await within(15, isWell, (well) => well)
  })
  after(() => service?.kill())

  const ask = (path: string) => fetch(`http://${node.postgres.address}:${port}${path}`)
  const isWell = async () => (await ask('/health').catch(() => undefined))?.status === 200
  const megabytes = (): number =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${service.pid}/status`, 'utf8'))?.[1]) / 1024

  it('takes no harm from readers that never read what they asked for', async () => {
    const sockets: Socket[] = []
    const question = 'GET /status HTTP/1.1\r\nHost: x\r\n\r\n'
    for (let i = 0; i < 200; i++) {
      // From eight addresses: one alone gets few connections.
      const socket = connect({ host: node.postgres.address, port, localAddress: `127.9.0.${(i % 8) + 1}` })
      socket.on('error', () => undefined).pause()
      socket.write(question.repeat(50))
      sockets.push(socket)
    }
    await new Promise((wake) => setTimeout(wake, 5000))
    assert.equal(service.exitCode, null)
    for (const socket of sockets) socket.destroy()
    await within(10, isWell, (well) => well)
    assert.ok(megabytes() < MOST_MB, `${megabytes()} MB`)
  })

  it('takes no harm from a flood', async () => {
    for (let i = 0; i < 20; i++)
      await Promise.all(
        ['/status', '/metrics', '/', '/primary', '/nowhere'].map((path) => ask(path).catch(() => undefined)),
      )
    await within(10, isWell, (well) => well)
    assert.ok(megabytes() < MOST_MB, `${megabytes()} MB`)
  })
})
