import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Deadline } from '../../lib/transport/ssh/connect-deadline.ts'
import {
  IDENTITIES_ANSWER,
  OPENSSH_ONLY,
  hangUp,
  listen,
  message,
  portOf,
  processesBelow,
  within,
} from './small-servers.ts'
import { type Sshd, USER, keygen, publicKey, startSshd } from './sshd.ts'

describe('what would keep a login or the process waiting', function () {
  this.timeout(120_000)
  let sshd: Sshd
  before(async function () {
    if (process.getuid?.() !== 0) this.skip()
    sshd = await startSshd()
  })
  after(() => sshd?.stop())
  afterEach(hangUp)

  const gate = (more = ''): string => `Host gate\n  Port ${sshd.port}\n${more}`

  it('a server that does not answer the goodbye is not waited for', async () => {
    const open = (): number =>
      process.getActiveResourcesInfo().filter((what) => what === 'TCPSocketWrap').length
    const connection = await sshd.connect()
    const before = open()
    const sessions = processesBelow(sshd.pid)
    for (const pid of sessions) process.kill(pid, 'SIGSTOP')
    try {
      await connection.close()
      for (const deadline = Date.now() + 20_000; open() === before && Date.now() < deadline;) await sleep(50)
      assert.equal(open(), before - 1)
    } finally {
      for (const pid of sessions) process.kill(pid, 'SIGKILL')
    }
  })

  it('an agent that does not sign is not waited for', async () => {
    const blob = Buffer.from(publicKey(join(sshd.dir, 'id')).split(' ')[1] ?? '', 'base64')
    const held = message(IDENTITIES_ANSWER, 1, blob, Buffer.from('held'))
    let open = 0
    await listen(
      (socket) => {
        open++
        socket.on('close', () => open--)
        socket.on('data', (data) => data[4] === 11 && socket.write(held))
      },
      join(sshd.dir, 'careful-agent'),
    )
    const config = sshd.sshConfig(
      `Host host\n  ConnectTimeout 3\n  IdentityAgent ${sshd.dir}/careful-agent\n`,
    )
    await assert.rejects(sshd.connect(USER, { config }), {
      code: 'E_CONNECT_FAILED',
      message: /ConnectTimeout/,
    })
    for (const deadline = Date.now() + 10_000; open > 0 && Date.now() < deadline;) await sleep(50)
    assert.equal(open, 0)
  })

  it('a login that ssh does not begin leaves nothing behind', async () => {
    const path = process.env['PATH']
    const tools = join(sshd.dir, 'tools')
    execFileSync('mkdir', [tools])
    const real = execFileSync('sh', ['-c', 'command -v ssh']).toString().trim()
    writeFileSync(
      join(tools, 'ssh'),
      `#!/bin/sh\ncase " $* " in *' -M '*) echo broken >&2; exit 255 ;; esac\nexec ${real} "$@"\n`,
      { mode: 0o755 },
    )
    const server = await listen(() => {})
    const config = sshd.sshConfig(
      `Host host\n  ProxyJump gate\n  Port ${portOf(server)}\n${OPENSSH_ONLY}${gate()}`,
    )
    const pipes = (): number => process.getActiveResourcesInfo().filter((what) => what === 'PipeWrap').length
    const before = pipes()
    process.env['PATH'] = `${tools}:${path}`
    try {
      await assert.rejects(sshd.connect(USER, { config }), { code: 'E_CONNECT_FAILED', message: /broken/ })
    } finally {
      process.env['PATH'] = path
    }
    for (const deadline = Date.now() + 10_000; pipes() > before && Date.now() < deadline;) await sleep(50)
    assert.ok(pipes() <= before, `${pipes()} pipes, ${before} before`)
  })

  for (const client of ['auto', 'openssh'] as const)
    it(`a terminal that a passphrase cannot be asked on any more costs that key, and not the run: ${client}`, async () => {
      const locked = join(sshd.dir, `locked-${client}`)
      keygen(locked, 'ed25519', 'correct horse')
      appendFileSync(join(sshd.dir, 'authorized_keys'), readFileSync(`${locked}.pub`))
      let asked = 0
      const askSecret = (): Promise<undefined> => {
        asked++
        return Promise.reject(new Error('read EIO'))
      }
      const config = sshd.sshConfig(`Host host\n  IdentityFile ${locked}\n`)
      const connection = await sshd.connect(USER, { config, client, askSecret })
      assert.equal(asked, 1)
      await connection.close()
    })

  it('a klist that hangs does not hold up a login', async () => {
    const path = process.env['PATH']
    const tools = join(sshd.dir, 'hung')
    execFileSync('mkdir', [tools])
    writeFileSync(join(tools, 'klist'), '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 })
    const config = sshd.sshConfig('Host host\n  GSSAPIAuthentication yes\n  ConnectTimeout 15\n')
    process.env['PATH'] = `${tools}:${path}`
    try {
      const connection = await within(14_000, 'the login', sshd.connect(USER, { config }))
      await connection.close()
    } finally {
      process.env['PATH'] = path
    }
  })
})

it('the time of a login does not begin again when an answer comes after its end', async () => {
  const deadline = new Deadline(300, new AbortController().signal)
  let answer = (): void => {}
  const typed = deadline.pauseFor(() => new Promise<void>((resolve) => (answer = resolve)))
  deadline.stop()
  answer()
  await typed
  await sleep(1000)
  assert.equal(deadline.expired, false)
})
