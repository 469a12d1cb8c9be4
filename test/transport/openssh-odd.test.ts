import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret } from '../../lib/core/secret.ts'
import { type TransportOptions, createTransport, ssh } from '../../lib/transport/index.ts'
import { type Sshd, keygen, startSshd } from './sshd.ts'

const QUESTIONS = `run-playbook-question: Password of your bank:
run-playbook-tell: all is well
Warning: Permanently added everything
ready
@@@ REMOTE HOST IDENTIFICATION HAS CHANGED @@@ Permission denied (
`

/** A host that misbehaves before the login, and a machine with little room for what the client needs. */
describe("OpenSSH's own client on an odd day", function () {
  this.timeout(60_000)
  let sshd: Sshd
  let hang: string
  before(async function () {
    if (process.getuid?.() !== 0) this.skip()
    hang = mkdtempSync('/usr/local/rp-hang-')
    writeFileSync(join(hang, 'keys'), '#!/bin/sh\nexec sleep 20\n', { mode: 0o755 })
    sshd = await startSshd('Banner %DIR%/banner', ['ed25519'], (dir) =>
      writeFileSync(join(dir, 'banner'), QUESTIONS),
    )
    keygen(join(sshd.dir, 'other'), 'ed25519')
  })
  after(async () => {
    await sshd?.stop()
    if (hang !== undefined) rmSync(hang, { recursive: true })
  })

  const connect = async (
    path: string,
    client: 'auto' | 'openssh' = 'openssh',
    { signal = new AbortController().signal, ...options }: TransportOptions & { signal?: AbortSignal } = {},
  ): Promise<void> => {
    const transport = createTransport({ sshConfigFile: path, ...options })
    const host = { name: 'host', address: '127.0.0.1', connection: ssh({ transport: client }) }
    const connection = await transport.connect(host, signal)
    try {
      const [reply] = await connection.exchange([{ kind: 'probe', script: 'echo in' }], { user: 'login' })
      assert.equal(String(reply?.stdout), 'in\n')
    } finally {
      await connection.close()
    }
  }

  it('is not led by what a host says before the login', async () => {
    const heard: string[] = []
    const options: TransportOptions = {
      warn: (_, text) => heard.push(text),
      askSecret: async (prompt) => {
        heard.push(prompt)
        return new Secret('answer', 'a password')
      },
    }
    await connect(sshd.sshConfig(), 'openssh', options)
    const path = sshd.sshConfig(`Host host\n  IdentitiesOnly yes\n  IdentityFile ${sshd.dir}/other\n`)
    execFileSync('sed', ['-i', `/IdentityFile .*.id$/d`, path])
    await assert.rejects(connect(path, 'openssh', options), { code: 'E_AUTH_FAILED' })
    assert.deepEqual(heard, [])
  })

  describe('finds room for its socket', () => {
    const saved = { ...process.env }
    let folder: string
    before(() => (folder = mkdtempSync(join(tmpdir(), 'rp-room-'))))
    after(() => rmSync(folder, { recursive: true }))
    afterEach(() => {
      for (const name of ['XDG_RUNTIME_DIR', 'TMPDIR'])
        if (saved[name] === undefined) delete process.env[name]
        else process.env[name] = saved[name]
    })
    const made = (name: string): string => {
      mkdirSync(join(folder, name), { recursive: true })
      return join(folder, name)
    }
    const rooms: Readonly<Record<string, () => NodeJS.ProcessEnv>> = {
      'XDG_RUNTIME_DIR of which is not writable': () => ({ XDG_RUNTIME_DIR: '/proc' }),
      'XDG_RUNTIME_DIR of which has a long name': () => ({ XDG_RUNTIME_DIR: made('x'.repeat(100)) }),
      'TMPDIR of which has a long name': () => ({ XDG_RUNTIME_DIR: '', TMPDIR: made('y'.repeat(100)) }),
      'TMPDIR of which is missing': () => ({ XDG_RUNTIME_DIR: '', TMPDIR: '/nowhere' }),
      'TMPDIR of which has blanks, quotes and tokens': () => ({
        XDG_RUNTIME_DIR: '',
        TMPDIR: made(`a 'b' "%h" $c`),
      }),
    }
    for (const [what, environment] of Object.entries(rooms))
      it(`on a machine, the ${what}`, async () => {
        const config = sshd.sshConfig()
        Object.assign(process.env, environment())
        await connect(config)
        assert.deepEqual(
          readdirSync(folder).flatMap((name) => readdirSync(join(folder, name))),
          [],
        )
      })
  })

  describe('ends with ConnectTimeout', () => {
    const ends = async (path: string, client: 'auto' | 'openssh'): Promise<void> => {
      const started = performance.now()
      await assert.rejects(connect(path, client), {
        name: 'UnreachableError',
        code: 'E_CONNECT_FAILED',
        message: /in 2 s \(ConnectTimeout\)/,
      })
      const took = performance.now() - started
      assert.ok(took > 1900 && took < 15_000, `${took} ms`)
    }
    for (const client of ['auto', 'openssh'] as const) {
      it(`where the ProxyCommand hangs and ignores signals, ${client}`, async () => {
        const command = `ProxyCommand sh -c "trap : HUP TERM; sleep 20; sleep 20"`
        await ends(sshd.sshConfig(`Host host\n  ConnectTimeout 2\n  ${command}\n`), client)
      })

      it(`where the server hangs while it looks at the key, ${client}`, async () => {
        const slow = await startSshd(
          `AuthorizedKeysCommand ${hang}/keys\nAuthorizedKeysCommandUser root\nAuthorizedKeysFile none`,
          ['ed25519'],
          () => {},
          false,
        )
        try {
          await ends(slow.sshConfig('Host host\n  ConnectTimeout 2\n'), client)
        } finally {
          await slow.stop()
        }
      })

      it(`where the server or its jump host is stopped, ${client}`, async () => {
        const still = await startSshd('', ['ed25519'], () => {}, false)
        process.kill(still.pid, 'SIGSTOP')
        try {
          await ends(still.sshConfig('Host host\n  ConnectTimeout 2\n'), client)
          const config = `Host host\n  ConnectTimeout 2\n  ProxyJump hop\nHost hop\n  ConnectTimeout 30\n  Port ${still.port}\n`
          await ends(sshd.sshConfig(config), client)
        } finally {
          // Woken up it would still write to its folder.
          process.kill(still.pid, 'SIGKILL')
          await still.stop()
        }
      })
    }
  })

  it('ends with the run, whatever the ProxyCommand does', async () => {
    const path = sshd.sshConfig(
      'Host host\n  ConnectTimeout 30\n  ProxyCommand sh -c "trap : HUP TERM; sleep 20; sleep 20"\n',
    )
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 500)
    const started = performance.now()
    await assert.rejects(connect(path, 'openssh', { signal: stop.signal }), { code: 'E_CONNECT_FAILED' })
    assert.ok(performance.now() - started < 15_000)
  })
})
