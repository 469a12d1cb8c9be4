import assert from 'node:assert/strict'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Secret } from '../../lib/core/secret.ts'
import type { TransportOptions } from '../../lib/transport/index.ts'
import type { Connection, ExchangeOptions, Script } from '../../lib/transport/transport.ts'
import { install } from '../support/install.ts'
import { type Sshd, USER, addUser, removeUser, startSshd } from './sshd.ts'

const LOGIN = `rp-from-${process.pid}`
const OTHER = `rp-to.${process.pid}`
const PASSWORD = 'correct horse 7'
const SUDOERS = `/etc/sudoers.d/${LOGIN}`
const who: Script = {
  kind: 'probe',
  script: 'echo "$(id -un) $(id -gn) ~ $HOME $USER $LOGNAME $(pwd) $(umask)"; env',
}
const nothing: Script = { kind: 'probe', script: ':' }

describe('becoming another user', function () {
  let sshd: Sshd

  const allow = (rule: string): void =>
    writeFileSync(SUDOERS, rule === '' ? '' : `${LOGIN} ${rule}\n`, { mode: 0o440 })
  const run = async (connection: Connection, user: string, ...scripts: Script[]) =>
    (await connection.exchange(scripts, { user })).map(({ stdout }) => String(stdout))
  const isOther = (text = ''): void => {
    assert.equal(
      text.split('\n')[0],
      `${OTHER} ${OTHER} ~ /home/${OTHER} ${OTHER} ${OTHER} /home/${OTHER} 0022`,
    )
    // Nothing of the session of the user who logged in.
    for (const value of [`/home/${LOGIN}`, '/run/user/0', 'DBUS_SESSION_BUS_ADDRESS'])
      assert.ok(!text.includes(value), `${value} in ${text}`)
  }

  before(async function () {
    if (process.getuid?.() !== 0) this.skip()
    install('/usr/bin/sudo', 'sudo')
    mkdirSync('/etc/sudoers.d', { recursive: true })
    addUser(LOGIN, '/bin/bash', PASSWORD)
    // Nobody can log in to it, as it is with postgres or www-data.
    addUser(OTHER, '/usr/sbin/nologin')
    sshd = await startSshd()
  })
  after(async () => {
    rmSync(SUDOERS, { force: true })
    await sshd?.stop()
    removeUser(LOGIN)
    removeUser(OTHER)
  })

  it('works from a login as root, in one round trip and one persistent shell', async () => {
    const connection = await sshd.connect('root')
    isOther((await run(connection, OTHER, who))[0])
    assert.equal(connection.roundTrips, 1)
    assert.equal(connection.serverAddress, '127.0.0.1')
    const folder: Script = { kind: 'probe', script: 'dirname "$(readlink /proc/$$/fd/1)"' }
    const [one] = await run(connection, OTHER, folder)
    assert.deepEqual(await run(connection, OTHER, folder), [one])
    assert.deepEqual(await run(connection, 'root', { kind: 'probe', script: 'id -un' }), ['root\n'])
  })

  it('works through sudo without a password, in one round trip', async () => {
    allow('ALL=(ALL) NOPASSWD: ALL')
    const connection = await sshd.connect(LOGIN)
    isOther((await run(connection, OTHER, who))[0])
    assert.equal(connection.roundTrips, 1)
  })

  it('works through root with the password of sudo, and needs none of the account', async () => {
    allow('ALL=(ALL) ALL')
    const connection = await sshd.connect(LOGIN, { becomePassword: new Secret('become password', PASSWORD) })
    isOther((await run(connection, OTHER, who))[0])
    const body = Buffer.alloc(300_000, 'any bytes \0')
    assert.deepEqual(await run(connection, OTHER, { kind: 'step', script: 'wc -c', stdin: body }), [
      '300000\n',
    ])
  })

  it('works with sudo -u where root is not allowed', async () => {
    allow(`ALL=(${OTHER}) NOPASSWD: ALL`)
    for (const options of [{}, { becomePassword: new Secret('become password', PASSWORD) }]) {
      const connection = await sshd.connect(LOGIN, options)
      isOther((await run(connection, OTHER, who))[0])
      await assert.rejects(run(connection, 'root', nothing), { code: 'E_BECOME_FAILED' })
      const locked = { user: OTHER, lock: true }
      assert.equal((await connection.exchange([nothing], locked))[0]?.code, 0)
      await connection.close()
    }
  })

  it('needs no sudo for the account that logged in', async () => {
    allow('')
    const connection = await sshd.connect(LOGIN)
    const [text = ''] = await run(connection, LOGIN, { kind: 'probe', script: 'id -un; echo $HOME' })
    assert.equal(text, `${LOGIN}\n/home/${LOGIN}\n`)
  })

  for (const [how, login, options] of [
    ['by root', 'root', {}],
    ['by sudo', LOGIN, {}],
    ['by sudo with a password', LOGIN, { becomePassword: new Secret('become password', PASSWORD) }],
  ] as [string, string, TransportOptions][]) {
    it(`says that there is no such account, ${how}`, async () => {
      allow(options.becomePassword === undefined ? 'ALL=(ALL) NOPASSWD: ALL' : 'ALL=(ALL) ALL')
      const connection = await sshd.connect(login, options)
      await assert.rejects(run(connection, 'rp-nobody', nothing), {
        name: 'UserError',
        code: 'E_BECOME_FAILED',
        message: 'cannot become rp-nobody on host: there is no account rp-nobody',
        hint: /becomeUser/,
      })
    })
  }

  it('says so when the user may become neither, and sends a wrong password once', async () => {
    allow('')
    const connection = await sshd.connect(LOGIN)
    await assert.rejects(run(connection, OTHER, nothing), {
      code: 'E_BECOME_FAILED',
      message: new RegExp(`cannot become ${OTHER} on host: .*is required`),
    })
    allow('ALL=(ALL) ALL')
    const wrong = await sshd.connect(LOGIN, { becomePassword: new Secret('become password', 'wrong one') })
    for (const user of [OTHER, 'root', OTHER])
      await assert.rejects(run(wrong, user, nothing), {
        code: 'E_BECOME_FAILED',
        message: /refused the password/,
      })
  })

  it('refuses what is no name of an account, and runs none of it', async () => {
    const connection = await sshd.connect('root')
    const flag = `/tmp/rp-flag-${process.pid}`
    for (const name of [`x;touch ${flag}`, `$(touch ${flag})`, '-c', '', 'a b', "a'b", 'a\nb', '~', '../x'])
      await assert.rejects(run(connection, name, nothing), {
        code: 'E_BECOME_FAILED',
        message: /not a valid user name/,
      })
    assert.ok(!existsSync(flag))
  })

  describe('and the lock', () => {
    const step: Script = { kind: 'step', script: ':' }
    const as = (user: string): ExchangeOptions => ({ user, lock: true })

    for (const rule of ['ALL=(ALL) NOPASSWD: ALL', 'ALL=(ALL) ALL', ''])
      it(`is there for the account that logged in too, ${rule === '' ? 'without sudo' : rule}`, async () => {
        allow(rule)
        for (const users of [
          [LOGIN, 'root'],
          ['root', LOGIN],
        ]) {
          const connection = await sshd.connect(LOGIN, {
            becomePassword: new Secret('become password', PASSWORD),
          })
          for (const user of rule === '' ? [LOGIN, LOGIN] : users) {
            const script: Script = { kind: 'step', script: 'id -un' }
            const [reply] = await connection.exchange([script], as(user))
            assert.equal(String(reply?.stdout), `${user}\n`, users.join())
          }
          await connection.close()
        }
      })

    it('is the same for root and whoever works through root', async () => {
      for (const [first, second] of [
        [OTHER, 'root'],
        ['root', OTHER],
        [OTHER, USER],
      ] as const) {
        // Patient ones: other tests of this machine may have root's lock.
        const [one, other] = [await sshd.connect('root'), await sshd.connect('root')]
        await one.exchange([step], as(first))
        const impatient = await sshd.connect('root', { lockWait: 0 })
        await assert.rejects(impatient.exchange([step], as(second)), {
          code: 'E_LOCKED',
          message: new RegExp(` pid ${process.pid} `),
        })
        await impatient.close()
        await one.exchange([step], as(second))
        await one.close()
        await other.exchange([step], as(second))
        await other.close()
      }
    })

    it('is held until the last step of the other user ends, although the connection is gone', async () => {
      const abort = new AbortController()
      const one = await sshd.connect('root', { signal: abort.signal })
      const go = join(sshd.dir, 'go')
      const last: Script = {
        kind: 'step',
        script: `until [ -e ${go} ] || [ ! -d ${sshd.dir} ]; do sleep 0.1; done`,
      }
      const going = one.exchange([step, last], {
        ...as(OTHER),
        onReply: () => abort.abort(),
      })
      await assert.rejects(going, { code: 'E_CONNECTION_LOST' })
      const other = await sshd.connect('root', { lockWait: 0 })
      await assert.rejects(other.exchange([step], as('root')), { code: 'E_LOCKED' })
      writeFileSync(go, '')
      const patient = await sshd.connect('root', { lockWait: 10 })
      await patient.exchange([step], as('root'))
      await patient.close()
    })

    it('costs the other user one round trip more, once', async () => {
      const connection = await sshd.connect('root')
      await connection.exchange([step], as(OTHER))
      assert.equal(connection.roundTrips, 2)
      await connection.exchange([step], as(OTHER))
      assert.equal(connection.roundTrips, 3)
    })
  })
})
