import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, lstatSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, type Server, createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Secret } from '../../../../lib/core/secret.ts'
import { type GetUrlArgs, copy, getUrl } from '../../../../lib/modules/index.ts'
import type { TestShell } from '../../../../lib/testing/shells.ts'
import { install } from '../../../support/install.ts'
import { runLocal } from '../../../support/run-local.ts'
import { SHELLS, converge, observe, run, useTemp } from '../driver.ts'
import { withTools } from '../tool-folders.ts'

install('/usr/bin/curl', 'curl')
install('/usr/bin/wget', 'wget')
install('/usr/bin/openssl', 'openssl')

const WGET = withTools('wget', { wget: '/usr/bin/wget' })
const NOTHING = withTools('nothing', { wget: undefined })
const HOSTS: Readonly<Record<string, TestShell>> = {
  'curl, dash': SHELLS['dash'] ?? [],
  'curl, bash': SHELLS['bash'] ?? [],
  'GNU wget': WGET,
  'the wget of BusyBox': SHELLS['busybox'] ?? [],
}

const BODY = Buffer.from([0, 255, 10, 13, 7, ...Buffer.from('a file\n')])
const hash = (of: Buffer | string, kind = 'sha256') => `${kind}:${createHash(kind).update(of).digest('hex')}`

describe('get_url', () => {
  const temp = useTemp()
  let server: Server
  let address = ''
  let list = 'one\n'
  let asked: IncomingMessage[] = []
  before(async () => {
    server = createServer((request, response) => {
      asked.push(request)
      const found: Readonly<Record<string, Buffer | string>> = {
        '/file': BODY,
        '/list': list,
        '/a%20b?c=[1]': 'odd',
      }
      const body = found[request.url ?? '']
      if (request.url === '/moved') response.writeHead(302, { Location: '/file' }).end()
      else if (request.url === '/half') {
        response.writeHead(200, { 'Content-Length': 1000 })
        response.write('half', () => response.destroy())
      } else response.writeHead(body === undefined ? 404 : 200).end(body ?? 'no such file')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  beforeEach(() => {
    asked = []
    list = 'one\n'
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })

  const dest = (): string => join(temp(), 'file')
  const task = (args: Partial<GetUrlArgs> = {}) =>
    getUrl('it', { url: `${address}/file`, dest: dest(), checksum: hash(BODY), useProxy: false, ...args })

  for (const [name, shell] of Object.entries(HOSTS)) {
    describe(`with ${name}`, () => {
      const of = (args: Partial<GetUrlArgs> = {}) => converge(task(args), shell)

      it('brings a file, byte for byte, once', async () => {
        const done = await of()
        assert.deepEqual([done.left, done.wrong], [[], []])
        assert.deepEqual(done.changes, [{ what: 'content', from: 'absent', to: hash(BODY).slice(7, 19) }])
        assert.deepEqual(readFileSync(dest()), BODY)
        assert.equal(lstatSync(dest()).mode & 0o777, 0o644)
        assert.deepEqual((await of()).changes, [])
        assert.equal(asked.length, 1)
        assert.equal(asked[0]?.headers['user-agent'], 'run-playbook')
        assert.deepEqual(readdirSync(temp()), ['file'])
      })

      it('knows SHA-512 too, in any case', async () => {
        const checksum = hash(BODY, 'sha512').toUpperCase()
        const done = await of({ checksum })
        assert.deepEqual([done.left, done.wrong], [[], []])
        assert.deepEqual((await of({ checksum })).changes, [])
        assert.equal(asked.length, 1)
      })

      it('leaves the old file where another one arrives', async () => {
        writeFileSync(dest(), 'old')
        for (const kind of ['sha256', 'sha512'])
          await assert.rejects(of({ checksum: hash('another', kind) }), {
            message: new RegExp(`what ${address}/file sends has another checksum: ${hash(BODY, kind)}`),
          })
        assert.equal(readFileSync(dest(), 'utf8'), 'old')
        assert.deepEqual(readdirSync(temp()), ['file'])
      })

      it('leaves the old file where the server has none, or stops half way', async () => {
        writeFileSync(dest(), 'old')
        const lost = { url: `${address}/none`, checksum: hash('x') }
        await assert.rejects(of(lost), /\/none cannot be downloaded: .*404/)
        await assert.rejects(
          of({ url: `${address}/half`, checksum: hash('x') }),
          /\/half (cannot be downloaded|sends)/,
        )
        assert.equal(readFileSync(dest(), 'utf8'), 'old')
        assert.deepEqual(readdirSync(temp()), ['file'])
      })

      it('follows the server to another address', async () => {
        await of({ url: `${address}/moved` })
        assert.deepEqual(readFileSync(dest()), BODY)
      })

      it('takes an address as it is written', async () => {
        await of({ url: `${address}/a%20b?c=[1]`, checksum: hash('odd') })
        assert.equal(readFileSync(dest(), 'utf8'), 'odd')
        await assert.rejects(of({ url: `${address}/$(touch${dest()}x)';echo`, checksum: hash('x') }), /404/)
        assert.deepEqual(readdirSync(temp()), ['file'])
      })

      it('gives mode, and keeps what the file has', async () => {
        writeFileSync(dest(), 'old')
        chmodSync(dest(), 0o600)
        await of()
        assert.equal(lstatSync(dest()).mode & 0o777, 0o600)
        const done = await of({ mode: '0755' })
        assert.deepEqual([done.left, done.wrong], [[], []])
        assert.deepEqual(done.changes, [{ what: 'mode', from: '0600', to: '0755' }])
        assert.equal(asked.length, 1)
      })

      it('asks without a checksum only where the file is missing', async () => {
        const args = { url: `${address}/list`, checksum: 'none' }
        const done = await of(args)
        assert.deepEqual([done.left, done.wrong], [[], []])
        assert.deepEqual(done.changes, [{ what: 'content', from: 'absent', to: 'what the server has' }])
        list = 'two\n'
        assert.deepEqual((await of(args)).changes, [])
        assert.equal(readFileSync(dest(), 'utf8'), 'one\n')
      })

      it('looks each time with force', async () => {
        // The wget of BusyBox would send them on to other servers.
        const headers = name === 'the wget of BusyBox' ? undefined : { 'X-A': `b "c" \\ 'd'` }
        const args = { url: `${address}/list`, checksum: 'none', force: true, headers }
        const done = await of(args)
        assert.deepEqual([done.left, done.wrong], [[], []])
        assert.deepEqual(done.changes, [{ what: 'content', from: 'absent', to: hash(list).slice(7, 19) }])
        assert.deepEqual((await of(args)).changes, [])
        list = 'two\n'
        const again = await of(args)
        assert.deepEqual([again.left, again.wrong], [[], []])
        assert.equal(readFileSync(dest(), 'utf8'), 'two\n')
        for (const one of asked) assert.equal(one.headers['x-a'], headers?.['X-A'])
        await assert.rejects(of({ ...args, url: `${address}/none` }), /404/)
      })
    })
  }

  it('sends secrets with curl, and in no argument', async () => {
    const secrets = {
      headers: { 'X-Token': new Secret('token', 'correct "horse" \\ battery'), 'X-A': 'b' },
      username: 'app',
      password: new Secret('password', 'staple:ü'),
    }
    const one = task({ ...secrets, headers: secrets.headers })
    const state = await observe(SHELLS['dash'] ?? [], one.module.probe(one.args))
    for (const step of one.module.apply(one.args, state)) {
      assert.ok('script' in step)
      assert.doesNotMatch(step.script, /horse|staple/)
      assert.equal((await run(SHELLS['dash'] ?? [], step)).code, 0)
    }
    const { headers } = asked[0] ?? assert.fail('nothing was asked')
    assert.equal(headers['x-token'], 'correct "horse" \\ battery')
    assert.equal(headers['x-a'], 'b')
    assert.equal(headers.authorization, `Basic ${Buffer.from('app:staple:ü').toString('base64')}`)
    rmSync(dest())
    for (const shell of [WGET, SHELLS['busybox']])
      await assert.rejects(converge(task(secrets), shell), { code: 'E_NO_DOWNLOADER', message: /no curl/ })
    const broken = task({ headers: { 'X-Token': new Secret('token', 'a\nHost: elsewhere') } })
    await assert.rejects(converge(broken), { code: 'E_BAD_ARGUMENT' })
  })

  it('needs curl or wget, but not where the file is there', async () => {
    await assert.rejects(converge(task(), NOTHING), { code: 'E_NO_DOWNLOADER', hint: /packages\('curl'/ })
    writeFileSync(dest(), BODY)
    assert.deepEqual((await converge(task(), NOTHING)).changes, [])
  })

  it('takes no file without a checksum from who is not known to be the server', async () => {
    const { key, cert } = selfSigned(temp())
    const secure = createSecureServer({ key, cert }, (_, response) => response.end(BODY)).listen(
      0,
      '127.0.0.1',
    )
    await once(secure, 'listening')
    const url = `https://127.0.0.1:${(secure.address() as AddressInfo).port}/file`
    try {
      for (const shell of [WGET, SHELLS['busybox']])
        await assert.rejects(converge(task({ url, checksum: 'none' }), shell), { code: 'E_NO_DOWNLOADER' })
      await assert.rejects(
        converge(task({ url, checksum: 'none' })),
        /cannot be downloaded: curl: .*certificate/,
      )
      await assert.rejects(converge(task({ url }), WGET), /cannot be downloaded: ERROR: .*certificate/)
      for (const shell of [SHELLS['dash'], WGET]) {
        rmSync(dest(), { force: true })
        await converge(task({ url, checksum: 'none', validateCerts: false }), shell)
        assert.deepEqual(readFileSync(dest()), BODY)
      }
    } finally {
      secure.closeAllConnections()
      secure.close()
    }
  })

  it('checks a file before it takes its place, and keeps the old one', async () => {
    writeFileSync(dest(), 'old')
    await assert.rejects(converge(task({ validate: 'grep -q nothing %s' })), /refused by: grep/)
    assert.equal(readFileSync(dest(), 'utf8'), 'old')
    await converge(task({ validate: 'grep -q "a file" %s', backup: true }))
    assert.match(readdirSync(temp()).join(), /^file,file\.\d{8}T\d{6}Z~$/)
  })

  it('is known in a dry run, as far as it can be', async () => {
    const tasks = () => [
      task(),
      task(),
      copy('of the same', { dest: join(temp(), 'other'), content: 'x' }),
      getUrl('lost', { url: `${address}/file`, dest: join(temp(), 'none/file'), checksum: hash(BODY) }),
    ]
    const { tasks: done } = await runLocal(tasks, { check: true })
    assert.deepEqual(
      done.map(({ status, error }) => error?.code ?? status),
      ['would-change', 'unknown', 'would-change', 'E_NO_DIRECTORY'],
    )
    assert.deepEqual([asked.length, readdirSync(temp())], [0, []])
  })
})

/** A certificate that nobody trusts. */
function selfSigned(folder: string): { readonly key: Buffer; readonly cert: Buffer } {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')] as const
  const args = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=x -keyout ${key} -out ${cert}`
  execFileSync('openssl', args.split(' '), { stdio: 'ignore' })
  return { key: readFileSync(key), cert: readFileSync(cert) }
}
