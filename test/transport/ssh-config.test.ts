import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseKnownHosts } from '../../lib/transport/ssh/known-hosts.ts'
import { lookUp } from '../../lib/transport/ssh/config.ts'
import { parseHop } from '../../lib/transport/ssh/hop.ts'

const CONFIG = `
Host db-* !db-9
  User dba
  ProxyJump jump,ops@gate:2200

Host db-1
  HostName 10.0.0.11
  Port 2222
  IdentityFile ~/.ssh/%n_key
  IdentityFile "/keys/with space"
  IdentitiesOnly yes
  HostKeyAlias one
  ConnectTimeout 3
  ServerAliveInterval 1m
  ServerAliveCountMax 5
  StrictHostKeyChecking accept-new
  UserKnownHostsFile ~/.ssh/one /etc/two

Host off
  StrictHostKeyChecking off
  IdentityAgent none
  ProxyJump none
  UserKnownHostsFile ~/.ssh/off
  GlobalKnownHostsFile none

Host token
  IdentityFile ~/.ssh/%y

Host command
  ProxyCommand nc %h %p
`

// One with ssh's own reading of the file, one as on a machine without ssh.
for (const how of ['with an ssh client', 'without one']) {
  describe(`the ssh config, ${how}`, () => {
    let dir: string
    let file: string
    const path = process.env['PATH']

    before(function () {
      dir = mkdtempSync(join(tmpdir(), 'rp-config.'))
      file = join(dir, 'config')
      writeFileSync(file, CONFIG)
      if (how === 'without one') process.env['PATH'] = dir
      else if (!existsSync('/usr/bin/ssh')) this.skip()
    })
    after(() => {
      process.env['PATH'] = path
      rmSync(dir, { recursive: true })
    })

    it('gives all that is needed to connect', async () => {
      const { identityAgent, globalKnownHosts, ...settings } = await lookUp('db-1', file)
      const expected = {
        alias: 'db-1',
        hostName: '10.0.0.11',
        port: 2222,
        user: 'dba',
        identityFiles: [join(homedir(), '.ssh/db-1_key'), '/keys/with space'],
        identitiesOnly: true,
        proxyJump: ['jump', 'ops@gate:2200'],
        userKnownHosts: [join(homedir(), '.ssh/one'), '/etc/two'],
        hashKnownHosts: false,
        acceptNew: true,
        warnNotStrict: false,
        hostKeyAlias: 'one',
        connectTimeoutMs: 3000,
        keepalive: { intervalMs: 60_000, count: 5 },
        proxyCommand: undefined,
        noKeys: undefined,
        openSshFor: undefined,
      }
      const named = Object.entries(settings).filter(([name]) => name in expected)
      assert.deepEqual(Object.fromEntries(named), expected)
      assert.equal(identityAgent, process.env['SSH_AUTH_SOCK'])
      assert.deepEqual(globalKnownHosts, ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'])
    })

    it('has strict defaults', async () => {
      const settings = await lookUp('elsewhere', file)
      assert.equal(settings.hostName, 'elsewhere')
      assert.equal(settings.port, 22)
      assert.equal(settings.user, userInfo().username)
      assert.equal(settings.acceptNew, false)
      assert.deepEqual(settings.proxyJump, [])
      assert.equal(settings.userKnownHosts[0], join(homedir(), '.ssh/known_hosts'))
      assert.ok(settings.identityFiles.includes(join(homedir(), '.ssh/id_ed25519')))
      assert.equal(settings.connectTimeoutMs, 10_000)
      assert.deepEqual(settings.keepalive, { intervalMs: 10_000, count: 3 })
    })

    it('obeys patterns and negations', async () => {
      assert.equal((await lookUp('db-2', file)).user, 'dba')
      assert.equal((await lookUp('db-9', file)).user, userInfo().username)
    })

    it('treats a switched off check as accept-new, with a warning', async () => {
      const { acceptNew, warnNotStrict, identityAgent, proxyJump } = await lookUp('off', file)
      assert.deepEqual(
        { acceptNew, warnNotStrict, identityAgent, proxyJump },
        {
          acceptNew: true,
          warnNotStrict: true,
          identityAgent: undefined,
          proxyJump: [],
        },
      )
    })

    it('knows a ProxyCommand', async () => {
      assert.equal((await lookUp('command', file)).proxyCommand, 'nc %h %p')
    })

    it('refuses a token that means nothing', async () => {
      await assert.rejects(lookUp('token', file), { code: 'E_SSH_CONFIG', message: /%y/ })
    })

    it('reports a file that is not there', async () => {
      await assert.rejects(lookUp('any', join(dir, 'nowhere')), { code: 'E_SSH_CONFIG', message: /nowhere/ })
    })
  })
}

describe('the ssh client', () => {
  it('is asked once for each host, and meanwhile once for its defaults', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'rp-config.'))
    try {
      writeFileSync(join(dir, 'config'), CONFIG)
      // Each question waits until the other one is asked.
      const script = `#!/bin/sh
for last; do :; done
[ "$last" = any ] && other=host || { other=any; last=host; }
echo asked >> ${dir}/$last
for try in $(seq 1000); do [ -e ${dir}/$other ] && exec /usr/bin/ssh "$@"; sleep 0.01; done
exit 1
`
      writeFileSync(join(dir, 'ssh'), script, { mode: 0o755 })
      const program = `const { lookUp } = await import('${join(import.meta.dirname, '../../lib/transport/ssh/config.ts')}')
for (const name of ['db-2', 'off', 'command']) await lookUp(name, '${dir}/config')`
      const args = ['--import', 'tsx', '--input-type=module', '-e', program]
      const env = { ...process.env, PATH: `${dir}:${process.env['PATH']}` }
      await promisify(execFile)(process.execPath, args, { env })
      const times = (name: string): number =>
        readFileSync(join(dir, name), 'utf8').match(/asked/g)?.length ?? 0
      assert.deepEqual([times('host'), times('any')], [3, 1])
    } finally {
      rmSync(dir, { recursive: true })
    }
  })
})

describe('a jump host', () => {
  it('is written as ssh takes it', () => {
    const hop = (text: string) => Object.values(parseHop(text))
    assert.deepEqual(hop('gate'), ['gate', undefined, undefined])
    assert.deepEqual(hop('me@gate:22'), ['gate', 'me', 22])
    assert.deepEqual(hop('ssh://me@[fe80::1]:2200'), ['fe80::1', 'me', 2200])
    assert.throws(() => parseHop('a:b:c'), { code: 'E_SSH_CONFIG' })
  })
})

describe('known_hosts', () => {
  const lines = (text: string, name: string) => parseKnownHosts(text, name, 'file').map(({ line }) => line)

  it('is matched by name, wildcard, port and negation', () => {
    const text = [
      '# comment',
      'a,B.example ssh-ed25519 AAAA comment',
      '*.example,!b.example ssh-rsa AAAA',
      '[10.0.0.?]:22* ssh-rsa AAAA',
      '',
      'broken',
      '@revoked a ssh-rsa AAAA',
      '@unknown a ssh-rsa AAAA',
      '|1|bm90aGluZw==|bm90aGluZw== ssh-rsa AAAA',
    ].join('\n')
    assert.deepEqual(lines(text, 'a'), [2, 7])
    assert.deepEqual(lines(text, 'b.example'), [2])
    assert.deepEqual(lines(text, 'c.example'), [3])
    assert.deepEqual(lines(text, '[10.0.0.5]:2222'), [4])
    assert.deepEqual(lines(text, '[10.0.0.55]:2222'), [])
  })
})
