import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { type Socket, connect } from 'node:net'
import { promisify } from 'node:util'
import { BOUNDS } from '../../docker/status/http/server.ts'
import { slowness } from '../support/slowness.ts'
import { type TestNode, within } from './support/cluster.ts'
import { sharedPair } from './support/shared.ts'

describe('hostile requests', function () {
  let node: TestNode

  before(async function () {
    this.timeout(600_000)
    ;[node] = await sharedPair()
  })

  const open = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(node.url)
      const socket = connect({ host: hostname, port: Number(port) }, () => resolve(socket)).on(
        'error',
        reject,
      )
    })

  /** Sends bytes and gives what comes back until the other side closes. */
  async function raw(bytes: string): Promise<string> {
    const socket = await open()
    let answer = ''
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
    socket.on('error', () => undefined)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.write(bytes)
    await closed
    return answer
  }

  const get = (path: string, more = '') =>
    raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${more}\r\n`)
  const isWell = async () => assert.equal((await node.get('/health')).status, 200)

  it('with other methods are refused', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'PROPFIND', 'TRACE']) {
      const answer = await raw(`${method} /status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
      assert.match(answer, /^HTTP\/1\.1 405 /, method)
      assert.match(answer, /Allow: GET, HEAD, OPTIONS/)
    }
    assert.doesNotMatch(await raw('CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n'), / 200 /)
    await isWell()
  })

  it('with huge headers, addresses and bodies are refused', async () => {
    assert.match(await get('/', `X-Big: ${'x'.repeat(20_000)}\r\n`), /^HTTP\/1\.1 431 /)
    assert.match(await get(`/status?${'a=b&'.repeat(500)}`), /^HTTP\/1\.1 414 /)
    assert.match(await get('/status', 'Content-Length: 1000000000\r\n'), /^HTTP\/1\.1 413 /)
    assert.match(await get('/status', 'Transfer-Encoding: chunked\r\n'), /^HTTP\/1\.1 413 /)
    await isWell()
  })

  it('that are no HTTP are refused', async () => {
    assert.match(await raw('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'), /^HTTP\/1\.1 400 /)
    assert.match(
      await raw('GET /status HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'),
      /^HTTP\/1\.1 400 /,
    )
    await isWell()
  })

  it('by tricks with paths find nothing', async () => {
    const paths = [
      '/../../etc/passwd',
      '/%2e%2e/etc/passwd',
      '//etc/passwd',
      '/status/',
      '/STATUS',
      '/status%00',
      '/.git/config',
      '/page',
      '/__proto__',
      '/constructor',
      'http://evil/status',
      '/status\\..\\x',
      '*',
    ]
    for (const path of paths) {
      const answer = await get(path)
      assert.match(answer, /^HTTP\/1\.1 40[04] /, path)
      assert.doesNotMatch(answer, /root:/)
      // Nothing of the question comes back in the answer.
      assert.ok(!answer.includes('evil'))
    }
    for (const query of ['?lag=%', '?lag[]=1', '?__proto__=1', `?lag=${'9'.repeat(400)}MB`]) {
      assert.match(await get(`/replica${query}`), /^HTTP\/1\.1 503 /, query)
    }
  })

  it('that never end are cut off', async () => {
    const started = performance.now()
    const socket = await open()
    socket.on('error', () => undefined)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    const drip = setInterval(() => socket.write('X'), 500)
    socket.write('GET /status HTTP/1.1\r\nX-')
    await closed
    clearInterval(drip)
    assert.ok(performance.now() - started < BOUNDS.headerMs + 3000 * slowness())
    await isWell()
  })

  it('that come in floods leave room for others, and leave nothing behind', async function () {
    // Idle connections of one address: the load balancer comes from another one.
    const idle = await Promise.all(
      Array.from({ length: 200 }, async () => (await open()).on('error', () => undefined)),
    )
    const { hostname, port } = new URL(node.url)
    const question = `-s -m 30 -o /dev/null -w %{http_code} --interface 127.99.0.1 http://${hostname}:${port}/primary`
    const { stdout: elsewhere } = await promisify(execFile)('curl', question.split(' '))
    assert.equal(elsewhere, '200')
    for (const socket of idle) socket.destroy()
    await within(
      5,
      () => node.get('/primary').catch(() => undefined),
      (answer) => answer?.status === 200,
    )

    const connections = () =>
      node.postgres.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'postgres-status'")
    const paths = ['/status', '/primary', '/metrics', '/', '/cluster', '/replica?lag=1MB', '/nothing']
    const before = process.memoryUsage.rss()
    let answered = 0
    for (let i = 0; i < 100; i++) {
      const asked = paths.flatMap((path) => [node.get(path, { Accept: 'text/html' }), node.get(path)])
      const texts = await Promise.all(asked.map(async (one) => (await one).text()))
      answered += texts.length
    }
    assert.equal(answered, 1400)
    // One that was given up for being slow is gone a moment later.
    await within(5, connections, (count) => count === '1')
    assert.ok(process.memoryUsage.rss() - before < 150 * 2 ** 20)
    await isWell()
  })

  it('learn no secret from any answer', async () => {
    for (const path of ['/status', '/metrics', '/cluster', '/patroni', '/schema', '/nothing', '/']) {
      const answer = await node.get(path, { Accept: 'text/html' })
      const text = `${JSON.stringify([...answer.headers])}${await answer.text()}`
      assert.doesNotMatch(
        text,
        /password\b(?!_encryption)|passfile|primary_conninfo|PRIVATE KEY|scram/i,
        path,
      )
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
      assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'/)
      assert.equal(answer.headers.get('x-powered-by'), null)
    }
  })
})
