import assert from 'node:assert/strict'
import { Secret } from '../../lib/core/secret.ts'
import { type TransportOptions, createTransport, ssh } from '../../lib/transport/index.ts'
import { type Sshd, addUser, removeUser, startSshd } from './sshd.ts'

const USER = `rp-password-${process.pid}`
const PASSWORD = 'correct $horse \'battery"'
const signal = new AbortController().signal

/** A server that takes a password, or wants one beside a key: with a terminal, `ssh` asks for it. */
describe('a login with a password', function () {
  this.timeout(60_000)
  let sshd: Sshd
  let both: Sshd
  before(async function () {
    if (process.getuid?.() !== 0) this.skip()
    addUser(USER, '/bin/sh', PASSWORD)
    sshd = await startSshd('PasswordAuthentication yes\nKbdInteractiveAuthentication no')
    both = await startSshd(
      'PasswordAuthentication yes\nAuthenticationMethods publickey,password',
      ['ed25519'],
      () => {},
      false,
    )
  })
  after(async () => {
    await both?.stop()
    await sshd?.stop()
    if (process.getuid?.() === 0) removeUser(USER)
  })

  const refusesKey = (more = ''): string =>
    `Host host*\n  User ${USER}\n  IdentitiesOnly yes\n${more}Host other*\n  User ${USER}-2\n`
  const without = (server: Sshd, blocks: string): string =>
    server.sshConfig(`${blocks}Host *\n  PubkeyAuthentication no\n`)
  const connect = async (
    path: string,
    {
      client = 'auto',
      names = ['host-1'],
      ...options
    }: TransportOptions & { client?: 'auto' | 'openssh'; names?: string[] },
  ): Promise<void> => {
    const transport = createTransport({ sshConfigFile: path, ...options })
    const open = await Promise.all(
      names.map((name) =>
        transport.connect({ name, address: '127.0.0.1', connection: ssh({ transport: client }) }, signal),
      ),
    )
    for (const connection of open) {
      const [reply] = await connection.exchange([{ kind: 'probe', script: 'id -un' }], { user: 'login' })
      assert.equal(String(reply?.stdout).trim(), USER)
    }
    await Promise.all(open.map((connection) => connection.close()))
  }
  const answers = (...texts: string[]) => {
    const asked: string[] = []
    const askSecret = async (prompt: string): Promise<Secret | undefined> => {
      asked.push(prompt)
      const text = texts.shift()
      return text === undefined ? undefined : new Secret('password', text)
    }
    return { asked, askSecret }
  }

  for (const client of ['auto', 'openssh'] as const) {
    it(`asks for it, and asks again where it was wrong, ${client}`, async () => {
      const { asked, askSecret } = answers('wrong', PASSWORD)
      await connect(without(sshd, refusesKey()), { client, askSecret })
      assert.equal(asked.length, 2)
      assert.match(asked[0] ?? '', new RegExp(`^${USER}@127\\.0\\.0\\.1's password: $`))
    })

    it(`asks once, however many connections there are to a host, ${client}`, async () => {
      const { asked, askSecret } = answers(PASSWORD)
      await connect(without(sshd, refusesKey()), { client, askSecret, names: ['host-1', 'host-2', 'host-3'] })
      assert.equal(asked.length, 1)
    })

    it(`asks after a key where the server wants both, ${client}`, async () => {
      const { asked, askSecret } = answers(PASSWORD)
      await connect(both.sshConfig(refusesKey()), { client, askSecret })
      assert.equal(asked.length, 1)
    })

    it(`asks nobody any more once nothing was typed, ${client}`, async () => {
      const { asked, askSecret } = answers()
      const path = without(sshd, refusesKey())
      const transport = createTransport({ sshConfigFile: path, askSecret })
      const connection = ssh({ transport: client })
      for (const name of ['host-1', 'other-1'])
        await assert.rejects(transport.connect({ name, address: '', connection }, signal), {
          name: 'UnreachableError',
          code: 'E_AUTH_FAILED',
        })
      assert.equal(asked.length, 1)
    })

    it(`asks for none where the config or the server does not take one, or nobody is there, ${client}`, async () => {
      const { asked, askSecret } = answers(PASSWORD, PASSWORD, PASSWORD)
      const keysOnly = await startSshd('KbdInteractiveAuthentication no', ['ed25519'], () => {}, false)
      try {
        for (const [path, ask] of [
          [without(sshd, refusesKey('  PasswordAuthentication no\n')), askSecret],
          [without(sshd, refusesKey('  BatchMode yes\n')), askSecret],
          [without(sshd, refusesKey('  PreferredAuthentications publickey\n')), askSecret],
          [without(keysOnly, refusesKey()), askSecret],
          [without(sshd, refusesKey()), undefined],
        ] as const)
          await assert.rejects(connect(path, { client, askSecret: ask }), { code: 'E_AUTH_FAILED' })
      } finally {
        await keysOnly.stop()
      }
      assert.deepEqual(asked, [])
    })
  }
})
