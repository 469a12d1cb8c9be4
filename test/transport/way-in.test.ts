import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Secret } from '../../lib/core/secret.ts'
import { type TransportOptions, createTransport } from '../../lib/transport/index.ts'
import type { Script } from '../../lib/transport/transport.ts'
import { type Sshd, USER, addUser, hasIpv6, keygen, publicKey, removeUser, startSshd } from './sshd.ts'

const signal = new AbortController().signal
const hello: Script = { kind: 'probe', script: 'echo in; echo "$SSH_CONNECTION"' }

/** What `ssh NAME` would do is done: each test has the real ssh beside it where it can tell. */
describe('the way in', function () {
  let sshd: Sshd

  before(async function () {
    if (process.getuid?.() !== 0) this.skip()
    sshd = await startSshd('MaxAuthTries 20', ['ed25519', 'rsa'])
  })
  after(() => sshd?.stop())

  const file = (name: string, text: string): string => {
    const path = join(sshd.dir, name)
    writeFileSync(path, text)
    return path
  }
  /** A config without HostName in its defaults. */
  const config = (blocks: string, user = USER): string =>
    file(
      'config',
      `${blocks}
Host *
  Port ${sshd.port}
  User ${user}
  IdentityFile ${sshd.dir}/id
  IdentityAgent none
  StrictHostKeyChecking yes
  UserKnownHostsFile ${sshd.dir}/known_hosts
  GlobalKnownHostsFile none
`,
    )
  /** Where ssh goes, in its own words. */
  const judge = (name: string, path: string) => {
    const { status, stderr, stdout } = spawnSync('ssh', [
      '-v',
      '-F',
      path,
      '-o',
      'BatchMode=yes',
      name,
      'echo in',
    ])
    return { ok: status === 0 && String(stdout) === 'in\n', said: String(stderr) }
  }
  const connect = async (
    path: string,
    {
      name = 'host',
      address = '127.0.0.1',
      ...options
    }: TransportOptions & { name?: string; address?: string } = {},
  ): Promise<string> => {
    const transport = createTransport({ sshConfigFile: path, ...options })
    const connection = await transport.connect({ name, address }, signal)
    const [reply] = await connection.exchange([hello], { user: 'login' })
    await connection.close()
    return String(reply?.stdout)
  }

  describe('leads where ssh goes', () => {
    // Nothing listens at the inventory's address in these.
    const elsewhere = '127.0.0.9'

    const known = () =>
      writeFileSync(
        join(sshd.dir, 'known_hosts'),
        ['127.0.0.1', 'localhost', '::1']
          .map((name) => `[${name}]:${sshd.port} ${publicKey(sshd.hostKey('ed25519'))}\n`)
          .join(''),
      )

    for (const [what, name, block] of [
      ['a name that only /etc/hosts knows', 'localhost', ''],
      ['HostName %h', 'localhost', 'Host localhost\n  HostName %h\n'],
      ['HostName that is the name itself', 'localhost', 'Host localhost\n  HostName localhost\n'],
      ['a name in capitals', 'LOCALHOST', ''],
      ['an address', '127.0.0.1', ''],
      ['another name', 'node-a', 'Host node-a\n  HostName localhost\n'],
      ['an IPv6 address', '::1', ''],
      ['a name with an IPv6 address', 'node-a', 'Host node-a\n  HostName ::1\n'],
    ] as const) {
      it(what, async function () {
        if (/::1/.test(name + block) && !hasIpv6()) this.skip()
        known()
        const path = config(block)
        assert.ok(judge(name, path).ok, judge(name, path).said)
        assert.match(await connect(path, { name, address: elsewhere }), /^in\n/)
      })
    }

    it('the inventory’s address, where nobody knows the name', async () => {
      known()
      const path = config('')
      assert.match(judge('node-a.invalid', path).said, /Could not resolve hostname/)
      assert.match(await connect(path, { name: 'node-a.invalid' }), /^in\n/)
    })

    it('the inventory’s address over a jump host, which does not know the name either', async () => {
      known()
      const path = config('Host *.invalid\n  ProxyJump localhost\n')
      assert.match(await connect(path, { name: 'node-a.invalid' }), /^in\n/)
      assert.match(await connect(path, { name: 'localhost', address: elsewhere }), /^in\n/)
    })
  })

  describe('reads the names of files', () => {
    it('with blanks and quotes, several of them', async () => {
      mkdirSync(join(sshd.dir, 'a b'), { recursive: true })
      const one = join(sshd.dir, 'a b', 'one')
      const two = join(sshd.dir, 'a b', 'two')
      for (const value of [
        `"${one}" "${two}"`,
        `'${one}' ${two.replace(' ', '\\ ')}`,
        `"${one}"  "${two}" # comment`,
      ]) {
        const path = config(`Host host\n  HostName 127.0.0.1\n  UserKnownHostsFile = ${value}\n`)
        writeFileSync(one, '')
        writeFileSync(two, `[127.0.0.1]:${sshd.port} ${publicKey(sshd.hostKey('ed25519'))}\n`)
        assert.equal(judge('host', path).ok, true, value)
        assert.match(await connect(path), /^in\n/, value)
        writeFileSync(two, '')
        const strict = `Host host\n  HostName 127.0.0.1\n  StrictHostKeyChecking accept-new\n  UserKnownHostsFile ${value}\n`
        assert.match(await connect(config(strict)), /^in\n/)
        assert.match(readFileSync(one, 'utf8'), /ssh-ed25519/)
        assert.equal(readFileSync(two, 'utf8'), '')
      }
    })

    it('in a home folder with a blank', () => {
      const home = `/home/rp ${process.pid}`
      const name = `rp-blank-${process.pid}`
      addUser(name, '/bin/sh')
      try {
        execFileSync('usermod', ['--move-home', '--home', home, name])
        mkdirSync(join(home, '.ssh'), { mode: 0o700 })
        execFileSync('chown', ['-R', name, home])
        const script = `import('${join(import.meta.dirname, '../../lib/transport/ssh/config.ts')}').then(async ({ lookUp }) =>
          console.log(JSON.stringify((await lookUp('any', undefined)).userKnownHosts)))`
        const node = [
          '-u',
          name,
          '--',
          process.execPath,
          '--import',
          join(import.meta.dirname, '../../node_modules/tsx/dist/loader.mjs'),
          '-e',
          script,
        ]
        const out = execFileSync('runuser', node, { cwd: '/', env: { ...process.env, HOME: home } })
        assert.deepEqual(JSON.parse(String(out)), [`${home}/.ssh/known_hosts`, `${home}/.ssh/known_hosts2`])
      } finally {
        removeUser(name)
      }
    })

    it('from an ssh that ends its lines with CRLF, and refuses what it does not understand', async () => {
      const bin = join(sshd.dir, 'bin')
      mkdirSync(bin, { recursive: true })
      const fake = (filter: string): void =>
        writeFileSync(join(bin, 'ssh'), `#!/bin/sh\n/usr/bin/ssh "$@" | ${filter}\n`, { mode: 0o755 })
      const path = process.env['PATH']
      process.env['PATH'] = `${bin}:${path}`
      try {
        fake(`sed 's/$/\\r/'`)
        assert.match(await connect(sshd.sshConfig()), /^in\n/)
        for (const change of [
          's/^port .*/port ssh/',
          's/^hostname .*//',
          's/^stricthostkeychecking .*/& maybe/',
        ]) {
          fake(`sed '${change}'`)
          await assert.rejects(
            connect(sshd.sshConfig()),
            { code: 'E_SSH_CONFIG', message: /ssh -G host/ },
            change,
          )
        }
      } finally {
        process.env['PATH'] = path
      }
    })
  })

  describe('with what the server takes', () => {
    it('nothing at all', async () => {
      const open = await startSshd(
        'PermitEmptyPasswords yes\nPasswordAuthentication yes',
        ['ed25519'],
        () => {},
        false,
      )
      const name = `rp-open-${process.pid}`
      addUser(name, '/bin/sh')
      try {
        execFileSync('passwd', ['-d', name], { stdio: 'ignore' })
        const path = open.sshConfig(`Host host\n  User ${name}\n  IdentityFile none\n`).toString()
        writeFileSync(path, readFileSync(path, 'utf8').replace(`IdentityFile ${open.dir}/id`, ''))
        assert.equal(judge('host', path).ok, true)
        assert.match(await connect(path), /^in\n/)
      } finally {
        await open.stop()
        removeUser(name)
      }
    })

    it('a key with a passphrase, asked for once for all hosts', async () => {
      const dir = sshd.dir
      for (const [name, args] of [
        ['locked', ['-t', 'ed25519']],
        ['locked-pem', ['-t', 'rsa', '-m', 'PEM']],
        ['locked-pkcs8', ['-t', 'ecdsa', '-m', 'PKCS8']],
      ] as const) {
        execFileSync('ssh-keygen', ['-q', ...args, '-N', 'correct horse', '-f', join(dir, name)])
        copyFileSync(join(dir, 'authorized_keys'), join(dir, 'saved'))
        writeFileSync(join(dir, 'authorized_keys'), readFileSync(join(dir, `${name}.pub`)), { flag: 'a' })
        const path = config(
          `Host host*\n  HostName 127.0.0.1\n  IdentitiesOnly yes\n  IdentityFile ${dir}/${name}\n`,
        )
        writeFileSync(path, readFileSync(path, 'utf8').replace(`IdentityFile ${dir}/id\n`, ''))
        const asked: string[] = []
        const answers = ['wrong', 'correct horse']
        const transport = createTransport({
          sshConfigFile: path,
          askSecret: async (prompt) => {
            asked.push(prompt)
            return new Secret('passphrase', answers.shift() ?? '')
          },
        })
        const hosts = ['host-1', 'host-2', 'host-3'].map((host) => ({ name: host, address: '127.0.0.1' }))
        const open = await Promise.all(hosts.map((host) => transport.connect(host, signal)))
        await Promise.all(open.map((connection) => connection.close()))
        assert.equal(asked.length, 2, asked.join())
        assert.match(asked[0] ?? '', new RegExp(`Passphrase of ${dir}/${name}: `))
        renameSync(join(dir, 'saved'), join(dir, 'authorized_keys'))
        await assert.rejects(connect(path), {
          code: 'E_AUTH_FAILED',
          message: new RegExp(`${name} needs a passphrase`),
        })
      }
    })

    it('or says what is wrong with each key', async () => {
      const { dir } = sshd
      keygen(join(dir, 'open'), 'ed25519')
      chmodSync(join(dir, 'open'), 0o644)
      file('putty', 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n')
      file('noise', 'not a key\n')
      const names = ['nowhere', 'putty', 'noise', 'open']
      const lines = names.map((name) => `  IdentityFile "${dir}/${name}"\n`).join('')
      const path = config(`Host host\n  HostName 127.0.0.1\n${lines}`)
      writeFileSync(path, readFileSync(path, 'utf8').replace(`IdentityFile ${dir}/id\n`, ''))
      assert.equal(judge('host', path).ok, false)
      await assert.rejects(connect(path), (error: Error & { code: string }) => {
        assert.equal(error.code, 'E_AUTH_FAILED')
        assert.match(error.message, /nowhere does not exist/)
        assert.match(error.message, /putty is a PuTTY key.*puttygen/)
        assert.match(error.message, /noise is not a private key/)
        assert.match(error.message, /open cannot be read: other users can read it.*chmod 600/)
        return true
      })
    })
  })
})
