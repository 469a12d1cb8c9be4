import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type IncomingMessage, type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Secret } from '../../../../lib/core/secret.ts'
import { type GetUrlArgs, getUrl } from '../../../../lib/modules/index.ts'
import { install } from '../../../support/install.ts'
import { SHELLS, converge, useTemp } from '../driver.ts'
import { withTools } from '../tool-folders.ts'

install('/usr/bin/curl', 'curl')
install('/usr/bin/wget', 'wget')

interface Web {
  readonly server: Server
  readonly address: string
  readonly asked: IncomingMessage[]
}

/** What somebody else could say whose server the request is sent on to: another port is another server. */
describe('get_url with headers of its own, sent on by the server', () => {
  const temp = useTemp()
  const webs: Web[] = []
  let first: Web
  let other: Web
  const start = async (routes: () => Readonly<Record<string, string>>): Promise<Web> => {
    const asked: IncomingMessage[] = []
    const server = createServer((request, response) => {
      asked.push(request)
      const to = routes()[request.url ?? '']
      if (to === undefined) response.end('the file\n')
      else response.writeHead(302, { Location: to }).end('moved')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const web = { server, asked, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
    webs.push(web)
    return web
  }
  before(async () => {
    other = await start(() => ({ '/back': `${first.address}/file` }))
    first = await start(() => ({
      '/here': '/file',
      '/whole': `${first.address}/file`,
      '/there': `${other.address}/file`,
      '/there-and-back': `${other.address}/back`,
      '/user': `${first.address.replace('http://', 'http://user@')}@${other.address.slice(7)}/file`,
      '/longer': `${first.address}0/file`,
      '/name': `${other.address.replace('127.0.0.1', 'localhost')}/file`,
      '/again': '/again',
      '/file-of-the-host': 'file:///etc/passwd',
    }))
  })
  beforeEach(() => {
    for (const { asked } of webs) asked.length = 0
  })
  after(() => {
    for (const { server } of webs) {
      server.closeAllConnections()
      server.close()
    }
  })

  const dest = (): string => join(temp(), 'file')
  const of = (path: string, args: Partial<GetUrlArgs> = {}) =>
    getUrl('it', {
      url: `${first.address}${path}`,
      dest: dest(),
      checksum: 'none',
      useProxy: false,
      headers: { 'X-Token': new Secret('token', 'correct horse'), Cookie: 'a=b' },
      username: 'app',
      password: new Secret('password', 'battery staple'),
      ...args,
    })
  const PLAIN = { headers: { 'X-Token': 'correct horse' }, username: undefined, password: undefined }
  const sent = ({ asked }: Web) =>
    asked.map(({ url, headers }) => [
      url,
      headers['x-token'] !== undefined || headers.authorization !== undefined || headers.cookie !== undefined,
    ])

  for (const [name, shell] of Object.entries(SHELLS)) {
    if (name === 'busybox') continue
    describe(`with curl, ${name}`, () => {
      for (const path of ['/here', '/whole'])
        it(`sends them again to the same server: ${path}`, async () => {
          await converge(of(path), shell)
          assert.equal(readFileSync(dest(), 'utf8'), 'the file\n')
          assert.ok(sent(first).every(([, own]) => own === true))
          assert.equal(sent(first).at(-1)?.[0], '/file')
        })
      for (const path of ['/there', '/name'])
        it(`does not send them to another one: ${path}`, async () => {
          await converge(of(path), shell)
          assert.equal(readFileSync(dest(), 'utf8'), 'the file\n')
          assert.deepEqual(sent(other), [['/file', false]])
        })
      it('does not send them any more to a server that another one leads back to', async () => {
        await converge(of('/there-and-back'), shell)
        assert.deepEqual(sent(other), [['/back', false]])
        assert.deepEqual(sent(first).at(-1), ['/file', false])
      })
      it('looks without them too, with force', async () => {
        const done = await converge(of('/there', { ...PLAIN, force: true }), shell)
        assert.deepEqual([done.left, done.wrong], [[], []])
        assert.ok(sent(other).length > 0 && sent(other).every(([, own]) => own === false))
      })
      for (const path of ['/user', '/longer'])
        it(`is not taken in by an address that begins as the own one: ${path}`, async () => {
          await converge(of(path), shell).catch(() => {})
          assert.ok(sent(first).length > 0)
          assert.ok(sent(other).every(([, own]) => own === false))
        })
      it('ends where the server leads nowhere', async () => {
        await assert.rejects(converge(of('/again'), shell), /\/again cannot be downloaded: curl: .*redirect/)
        await assert.rejects(converge(of('/file-of-the-host'), shell), /cannot be downloaded: curl: /)
      })
    })
  }

  it('follows nobody with the wget of GNU, which would send them on', async () => {
    const wget = withTools('wget', { wget: '/usr/bin/wget' })
    await converge(of('/file', PLAIN), wget)
    assert.deepEqual(sent(first), [['/file', true]])
    for (const force of [false, true])
      await assert.rejects(
        converge(of('/there', { ...PLAIN, dest: join(temp(), `${force}`), force }), wget),
        /redirect/,
      )
    assert.deepEqual(sent(other), [])
  })

  it('needs another tool than the wget of BusyBox, which would send them on', async () => {
    for (const force of [false, true])
      await assert.rejects(converge(of('/there', { ...PLAIN, force }), SHELLS['busybox']), {
        code: 'E_NO_DOWNLOADER',
        message: /header/,
      })
    assert.deepEqual([sent(first), sent(other)], [[], []])
  })
})
