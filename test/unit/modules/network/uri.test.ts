import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { driveTask as converge } from '../../../../lib/testing/drive-task.ts'
import type { TestShell } from '../../../../lib/testing/shells.ts'
import { Secret } from '../../../../lib/core/secret.ts'
import { from } from '../../../../lib/core/deferred.ts'
import { type UriArgs, copy, shell as script, uri } from '../../../../lib/modules/index.ts'
import { askAnsible, hasAnsible } from '../../../support/ansible.ts'
import { install } from '../../../support/install.ts'
import { LONG } from '../../../support/often.ts'
import { runLocal } from '../../../support/run-local.ts'
import { SHELLS, useTemp } from '../driver.ts'
import { withTools } from '../tool-folders.ts'
import { CASES } from './uri-cases.ts'
import { type Web, startWeb } from './web.ts'

install('/usr/bin/curl', 'curl')
install('/usr/bin/wget', 'wget')

const DASH: TestShell = SHELLS['dash'] ?? []
const BUSYBOX: TestShell = SHELLS['busybox'] ?? []
const WGET = withTools('uri-wget', { wget: '/usr/bin/wget' })
const NOTHING = withTools('uri-nothing', { wget: undefined })
const HOSTS: Readonly<Record<string, TestShell>> = {
  'curl, dash': DASH,
  ...(LONG && { 'curl, bash': SHELLS['bash'] ?? [] }),
  'curl and the tools of BusyBox': withTools('uri-curl', { curl: '/usr/bin/curl' }),
  'GNU wget': WGET,
  'the wget of BusyBox': BUSYBOX,
}

describe('uri', () => {
  const temp = useTemp()
  let web: Web
  let other: Web
  before(async () => {
    web = await startWeb()
    other = await startWeb()
  })
  beforeEach(() => {
    web.asked.length = 0
    other.asked.length = 0
  })
  after(() => {
    web?.close()
    other?.close()
  })

  const task = (path: string, args: Partial<UriArgs> = {}) =>
    uri('it', { url: `${web.address}${path}`, useProxy: false, ...args })

  for (const [name, shell] of Object.entries(HOSTS)) {
    const hasCurl = name.startsWith('curl')
    describe(`with ${name}`, () => {
      for (const [what, one] of Object.entries(CASES)) {
        if (one.curl === true && !hasCurl) continue
        if ((one.args?.followRedirects === false || one.args?.method === 'HEAD') && shell === BUSYBOX)
          continue
        it(what, async () => {
          const asked = one.asked ?? [{ method: 'GET', path: one.path }]
          const driven = converge(task(one.path, one.args), shell)
          if (one.failed === true)
            await assert.rejects(driven, { code: 'E_URI', message: new RegExp(one.path) })
          else {
            const { after, changes, left, wrong } = await driven
            assert.deepEqual([left, wrong], [[], []])
            assert.equal(after.answer?.status, one.status ?? 200)
            if (one.content !== undefined) assert.equal(after.answer?.content, one.content)
            const reads = ['GET', 'HEAD', 'OPTIONS'].includes(one.args?.method ?? 'GET')
            assert.equal(changes.length, reads ? 0 : 1)
          }
          // Driven without the engine, a question is asked before and after.
          assert.deepEqual(web.said().slice(0, asked.length), asked)
          assert.equal(web.asked.length % asked.length, 0)
        })
      }

      it('keeps headers, and finds the text of an error where the tool tells it', async () => {
        const { after } = await converge(task('/404', { returnContent: true, statusCodes: [404] }), shell)
        // It does not tell more than the status.
        const told = shell === BUSYBOX ? [undefined, ''] : ['a', 'no such page']
        assert.deepEqual([after.answer?.headers['x-page'], after.answer?.content], told)
      })

      it('says why there is no answer', async () => {
        for (const url of ['http://127.0.0.1:1/', 'http://no-such-host.invalid/'])
          await assert.rejects(converge(uri('it', { url, useProxy: false }), shell), {
            code: 'E_URI',
            message: /^GET http:\S+: .*(connect|refused|resolve|bad address)/,
          })
        await assert.rejects(converge(task('/half', { returnContent: true }), shell), { code: 'E_URI' })
      })

      it('does not take an answer without an end', async () => {
        await assert.rejects(converge(task('/endless', { returnContent: true }), shell), {
          code: 'E_URI',
          message: /longer than 1 MiB/,
        })
      })
    })
  }

  it('is what Ansible does, except where said', async function () {
    this.timeout(60_000)
    if (!hasAnsible()) this.skip()
    const compared = Object.entries(CASES).filter(([, { ansible = {} }]) => !('differs' in ansible))
    const calls = compared.map(([, { path, ansible = {} }], i) => ({
      module: 'uri',
      args: { url: `${web.address}${path}?${i}`, use_proxy: false, ...ansible },
    }))
    const results = await askAnsible(calls)
    for (const [i, [what, { path, status = 200, failed = false, content, asked }]] of compared.entries()) {
      const result = results[i] ?? {}
      const said = web.said(`?${i}`)
      assert.deepEqual(
        [what, result['status'], result['failed'] ?? false, result['changed'] ?? false],
        [what, status, failed, false],
        JSON.stringify(result),
      )
      if (content !== undefined) assert.equal(result['content'], content)
      assert.deepEqual(said[0], asked?.[0] ?? { method: 'GET', path }, what)
    }
  })

  describe('with a secret', () => {
    const secrets = {
      headers: { 'X-Token': new Secret('token', 'correct "horse" \\ battery'), 'X-A': '' },
      username: 'app',
      password: new Secret('password', 'staple:ü'),
    }
    const posts = { ...secrets, method: 'POST', body: new Secret('body', '{"pin": "1234 horse"}') }

    it('sends it, and shows it nowhere', async () => {
      web.watchFor = 'horse'
      const { tasks, events } = await runLocal(() => [
        task('/echo', posts),
        task('/echo', { ...secrets, returnContent: true }),
      ])
      assert.deepEqual(
        tasks.map(({ status }) => status),
        ['changed', 'ok'],
      )
      assert.deepEqual(web.seen, [])
      const [post, got] = web.asked
      assert.equal(post?.body, '{"pin": "1234 horse"}')
      for (const one of [post, got]) {
        assert.equal(one?.headers['x-token'], 'correct "horse" \\ battery')
        assert.equal(one?.headers['x-a'], '')
        assert.equal(one?.headers.authorization, `Basic ${Buffer.from('app:staple:ü').toString('base64')}`)
      }
      assert.doesNotMatch(JSON.stringify(events), /horse|staple/)
    })

    it('is unknown in a dry run, and not sent', async () => {
      const { tasks } = await runLocal(() => [task('/200', secrets)], { check: true })
      assert.deepEqual([tasks[0]?.status, web.asked.length], ['unknown', 0])
    })

    it('does not tell what the server says about it', async () => {
      await assert.rejects(
        converge(task('/echo', { ...posts, returnContent: true, statusCodes: [201] })),
        (error: Error) => !/pin|horse/.test(error.message),
      )
    })

    it('goes to no other server', async () => {
      const { after } = await converge(
        task(`/away/${other.address}/text`, { ...secrets, returnContent: true }),
      )
      assert.equal(after.answer?.content, 'grüße\nof the app\n')
      const [there] = other.asked
      assert.deepEqual(
        [there?.headers['x-token'], there?.headers.authorization, there?.headers['x-a']],
        [undefined, undefined, undefined],
      )
    })

    it('needs curl', async () => {
      for (const shell of [WGET, BUSYBOX, NOTHING])
        await assert.rejects(converge(task('/200', secrets), shell), { code: 'E_NO_DOWNLOADER' })
      assert.equal(web.asked.length, 0)
    })

    it('is one line in a header, and no more than curl reads in a body', async () => {
      const wrong = [
        { headers: { 'X-Token': new Secret('token', 'a\nHost: elsewhere') } },
        { method: 'POST', body: new Secret('body', 'x'.repeat(40_000)) },
      ]
      for (const args of wrong) await assert.rejects(converge(task('/200', args)), { code: 'E_BAD_ARGUMENT' })
      assert.equal(web.asked.length, 0)
    })
  })

  it('needs curl for all but GET and HEAD, and says so before anything is changed', async () => {
    for (const [shell, args] of [
      [WGET, { method: 'POST' }],
      [BUSYBOX, { json: {} }],
      [BUSYBOX, { method: 'HEAD' }],
      [BUSYBOX, { followRedirects: false }],
      [BUSYBOX, { headers: { A: 'b' } }],
      [NOTHING, {}],
    ] as const) {
      await assert.rejects(converge(task('/200', args), shell), { code: 'E_NO_DOWNLOADER' })
    }
    assert.equal(web.asked.length, 0)
  })

  it('is asked in a dry run where it changes nothing, and a change otherwise', async () => {
    const tasks = () => [
      uri('get', { url: `${web.address}/200`, useProxy: false }),
      uri('lost', { url: `${web.address}/404`, useProxy: false }, { ignoreErrors: true }),
      uri('post', { url: `${web.address}/200`, method: 'POST', useProxy: false }, { touches: [] }),
      copy('beside it', { dest: join(temp(), 'x'), content: 'x' }),
      uri('after a change', { url: `${web.address}/text`, useProxy: false }),
    ]
    const dry = await runLocal(tasks, { check: true })
    assert.deepEqual(dry.statuses, [
      'get: ok',
      'lost: failed',
      'post: would-change',
      'beside it: would-change',
      'after a change: unknown',
    ])
    assert.ok(web.said().every(({ method }) => method === 'GET'))
    for (const batch of [true, false]) {
      const { statuses } = await runLocal(tasks, { batch })
      assert.deepEqual(statuses.toSpliced(3, 1), [
        'get: ok',
        'lost: failed',
        'post: changed',
        'after a change: ok',
      ])
    }
  })

  it('sends nothing where `creates` exists', async () => {
    const creates = join(temp(), 'done')
    const post = () => [task('/200', { method: 'POST', creates })]
    assert.deepEqual((await runLocal(post)).statuses, ['it: changed'])
    writeFileSync(creates, '')
    assert.deepEqual((await runLocal(post)).statuses, ['it: ok'])
    assert.equal(web.asked.length, 1)
  })

  it('is asked again until the answer is there', async () => {
    const counts = await runLocal(() => [
      uri('it', { url: `${web.address}/third`, useProxy: false }, { retry: { times: 5, delayMs: 1 } }),
    ])
    assert.deepEqual([counts.statuses, web.asked.length], [['it: ok'], 3])
  })

  it('hands the answer on', async () => {
    const version = task('/json', { returnContent: true })
    const made = join(temp(), 'status')
    const { statuses } = await runLocal(() => [
      version,
      script(
        'use',
        from(version, ({ answer }) => ({
          script: `test '${answer?.content}' = '{"status": "ok"}'`,
          creates: made,
        })),
        { ignoreErrors: true },
      ),
    ])
    assert.equal(statuses[0], 'it: ok')
  })
})

describe('arguments of uri', () => {
  const wrong: Readonly<Record<string, Partial<UriArgs>>> = {
    'a method of small letters': { method: 'post' },
    'an option as a method': { method: '-o' },
    'two bodies': { body: 'a', json: 1 },
    'a body that is too long': { method: 'POST', body: 'x'.repeat(32_769) },
    'a body with a NUL byte': { method: 'POST', body: 'a\0b' },
    'a secret within JSON': { method: 'POST', json: { a: new Secret('a', 'b') } as never },
    'a body of a HEAD': { method: 'HEAD', body: 'a' },
    'no status': { statusCodes: [] },
    'a status that is none': { statusCodes: [42] },
    'creates with a GET': { creates: '/srv/x' },
    'a text of a HEAD': { method: 'HEAD', contains: 'x' },
    'a password in the URL': { url: 'https://app:secret@example.org/' },
    'a question of a minute': { timeout: 60 },
    'a password without a name': { password: new Secret('p', 'x') },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuse ${what}`, () => {
      assert.throws(() => uri('it', { url: 'https://example.org/x', ...args }), { code: 'E_BAD_ARGUMENT' })
    })
})
