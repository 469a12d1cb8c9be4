import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { type Server, createServer as createWebServer } from 'node:https'
import { type AddressInfo, type Server as NetServer, type Socket, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getUrl } from '../../../../lib/modules/index.ts'
import { clean } from '../../../../lib/reporters/text.ts'
import { install } from '../../../support/install.ts'
import { runLocal } from '../../../support/run-local.ts'
import { SHELLS, converge } from '../driver.ts'

install('/usr/bin/curl', 'curl')
install('/usr/bin/openssl', 'openssl')

const BODY = 'right\n'
const checksum = `sha256:${createHash('sha256').update(BODY).digest('hex')}`
const OK = 'HTTP/1.1 200 OK\r\n'
const NASTY = '\x1b]0;owned\x07\x1b[2J'
const moved = (to: string): string => `HTTP/1.1 302 Found\r\nLocation: ${to}\r\nContent-Length: 0\r\n\r\n`

/** What a server sends to whoever asks for the file, before it hangs up. */
const SAYS: Readonly<Record<string, string>> = {
  nothing: '',
  'no HTTP': 'SSH-2.0-OpenSSH_9.2\r\n',
  'the body alone': BODY,
  'another file': `${OK}Content-Length: 6\r\n\r\nwrong\n`,
  'a part of it': `HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-1/6\r\nContent-Length: 2\r\n\r\nri`,
  'less than it says': `${OK}Content-Length: 100\r\n\r\n${BODY}`,
  'two lengths': `${OK}Content-Length: 6\r\nContent-Length: 3\r\n\r\n${BODY}`,
  'a negative length': `${OK}Content-Length: -6\r\n\r\n${BODY}`,
  'a length of exabytes': `${OK}Content-Length: 99999999999999999999\r\n\r\nwrong`,
  'pieces that are none': `${OK}Transfer-Encoding: chunked\r\n\r\nzz\r\n${BODY}`,
  'a piece of exabytes': `${OK}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n${BODY}`,
  'pieces without an end': `${OK}Transfer-Encoding: chunked\r\n\r\n6\r\n${BODY}\r\n`,
  'a status of terminal codes': `HTTP/1.1 404 ${NASTY}\r\n\r\n`,
  'headers of terminal codes': `HTTP/1.1 500 x\r\n${NASTY}: ${NASTY}\r\n\r\n`,
  'very long headers': `${OK}X: ${'x'.repeat(2_000_000)}\r\n\r\n${BODY}`,
  'very many headers': `${OK}${'X: x\r\n'.repeat(200_000)}\r\n${BODY}`,
  'nothing but that it goes on': 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1000),
  'that it has moved to a file': moved('file:///etc/passwd'),
  'that it has moved to another protocol': moved('gopher://127.0.0.1:1/x'),
  'that it has moved to FTP': moved('ftp://127.0.0.1:1/x'),
  'that it has moved to an option': moved('--output=/tmp/canary'),
  'that it has moved to a command': moved('http://127.0.0.1:1/$(touch canary)`touch canary`'),
  'that it has moved here, again and again': moved('/that it has moved here, again and again'),
  'that it has moved to two lines': moved('http://127.0.0.1:1/\r\n\tX: y'),
  'a page to log in': `HTTP/1.1 401 x\r\nWWW-Authenticate: Negotiate\r\n\r\n`,
  'a cookie for all': `HTTP/1.1 403 x\r\nSet-Cookie: a=b; Domain=.com\r\n\r\n`,
}

describe('a web server that sends', function () {
  this.timeout(120_000)
  const root = mkdtempSync(join(tmpdir(), 'run-playbook-web-'))
  const dest = (what: string): string => join(root, String(Object.keys(SAYS).indexOf(what)))
  const sockets = new Set<Socket>()
  let server: NetServer
  let errors: Map<string, string | undefined>

  before(async () => {
    server = createServer((socket) => {
      sockets.add(socket.on('error', () => {}))
      socket.once('data', (asked: Buffer) => {
        const [, path = ''] = /^GET \/(\S*)/.exec(asked.toString('latin1')) ?? []
        socket.end(SAYS[decodeURIComponent(path)] ?? '')
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    for (const what of Object.keys(SAYS)) writeFileSync(dest(what), 'old')
    const tasks = () =>
      Object.keys(SAYS).map((what) => {
        const url = `http://127.0.0.1:${port}/${encodeURIComponent(what)}`
        return getUrl(what, { url, dest: dest(what), checksum, useProxy: false }, { ignoreErrors: true })
      })
    errors = new Map((await runLocal(tasks)).tasks.map(({ task, error }) => [task, error?.message]))
  })
  after(() => {
    for (const socket of sockets) socket.destroy()
    server?.close()
    rmSync(root, { recursive: true })
  })

  for (const what of Object.keys(SAYS))
    it(`${what}: the old file stays, and the error says what is wrong`, () => {
      const why = errors.get(what) ?? assert.fail('it was taken')
      assert.match(why, /cannot be downloaded: |has another checksum: /)
      assert.ok(clean(why).length < 3000)
      assert.doesNotMatch(clean(why), /\p{Cc}|root:/u)
      assert.equal(readFileSync(dest(what), 'utf8'), 'old')
    })
  it('leaves nothing else behind', () => {
    assert.deepEqual(
      readdirSync(root).toSorted(),
      Object.keys(SAYS)
        .map((_, i) => String(i))
        .toSorted(),
    )
  })
})

/** Certificates of web servers: how openssl is asked for each. The first is the right one. */
const CERTIFICATES: Readonly<Record<string, string>> = {
  'the right one': '-CA ca.pem -CAkey ca.key -addext subjectAltName=IP:127.0.0.1',
  'one of another address': '-CA ca.pem -CAkey ca.key -addext subjectAltName=IP:127.0.0.2',
  'one of a name': '-CA ca.pem -CAkey ca.key -addext subjectAltName=DNS:localhost',
  'one without names': '-CA ca.pem -CAkey ca.key',
  'one of an authority of the same name':
    '-CA other.pem -CAkey other.key -addext subjectAltName=IP:127.0.0.1',
  'one that it signed itself': '-addext subjectAltName=IP:127.0.0.1',
  'one for clients':
    '-CA ca.pem -CAkey ca.key -addext subjectAltName=IP:127.0.0.1 -addext extendedKeyUsage=clientAuth',
  'one that another one signed': '-CA leaf.pem -CAkey leaf.key -addext subjectAltName=IP:127.0.0.1',
}

describe('a web server that shows', function () {
  this.timeout(120_000)
  let root: string
  const made: string[] = []
  const make = (name: string, options: string, subject = '/CN=x'): void => {
    const key = `-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ${name}.key -out ${name}.pem`
    const begin = `req -x509 ${key} -days 2 -subj`.split(' ')
    execFileSync('openssl', [...begin, subject, ...options.split(' ')], { cwd: root, stdio: 'ignore' })
  }
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'run-playbook-tls-'))
    mkdirSync(join(root, 'dest'))
    for (const name of ['ca', 'other']) make(name, '-addext keyUsage=critical,keyCertSign', '/CN=authority')
    make('leaf', '-CA ca.pem -CAkey ca.key -addext basicConstraints=critical,CA:FALSE', '/CN=leaf')
  })
  after(() => rmSync(root, { recursive: true }))

  for (const [what, options] of Object.entries(CERTIFICATES))
    it(`${what}, is ${what === 'the right one' ? 'believed' : 'given nothing and believed nothing'}`, async () => {
      make(`${made.length}`, options)
      const [key, cert] = ['key', 'pem'].map((ending) => readFileSync(join(root, `${made.length}.${ending}`)))
      const chain = Buffer.concat([cert as Buffer, readFileSync(join(root, 'leaf.pem'))])
      made.push(what)
      const heard: unknown[] = []
      const server: Server = createWebServer({ key, cert: chain }, (request, response) => {
        heard.push(request.headers['x-token'])
        response.end(BODY)
      }).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`
      const dest = join(root, 'dest', String(made.length))
      const shell = ['env', `CURL_CA_BUNDLE=${root}/ca.pem`, ...(SHELLS['dash'] ?? [])]
      const task = getUrl('it', {
        url,
        dest,
        checksum: 'none',
        useProxy: false,
        headers: { 'X-Token': 'secret' },
      })
      try {
        if (what === 'the right one') {
          await converge(task, shell)
          assert.equal(readFileSync(dest, 'utf8'), BODY)
          assert.ok(heard.includes('secret'))
        } else {
          await assert.rejects(converge(task, shell), /cannot be downloaded: curl: .*(certificate|SSL)/)
          assert.deepEqual(
            [heard, readdirSync(join(root, 'dest')).includes(String(made.length))],
            [[], false],
          )
        }
      } finally {
        server.closeAllConnections()
        server.close()
      }
    })
})
