import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { startProxy } from '../../bench/lab/proxy.ts'

describe('the proxy of the bench', () => {
  it('passes everything on, in order and late', async () => {
    const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const close = await startProxy({ from: '127.0.0.2', to: '127.0.0.1', port, roundTripMs: 40 })
    try {
      const client = connect({ host: '127.0.0.2', port, noDelay: true, allowHalfOpen: true })
      const begun = performance.now()
      const parts = Array.from({ length: 200 }, (_, i) => `${i} ${'x'.repeat(i * 20)}\n`)
      for (const part of parts) client.write(part)
      client.end()
      const answer = await text(client)
      assert.equal(answer.length, parts.join('').length)
      assert.ok(answer === parts.join(''))
      // One round trip to connect, one for the data. A timer may end a moment early.
      assert.ok(performance.now() - begun > 70)
    } finally {
      await close()
      server.close()
    }
  })

  it('drops its connections when it is closed', async () => {
    const server = createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const close = await startProxy({ from: '127.0.0.2', to: '127.0.0.1', port, roundTripMs: 0 })
    const client = connect({ host: '127.0.0.2', port })
    const [upstream] = (await once(server, 'connection')) as [ReturnType<typeof connect>]
    const ended = [once(client, 'close'), once(upstream, 'close')]
    client.resume().on('error', () => {})
    upstream.resume().on('error', () => {})
    await close()
    await Promise.all(ended)
    server.close()
  })
})
