import assert from 'node:assert/strict'
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { lookup } from 'node:dns/promises'
import { type AddressInfo, type Server, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pLimit from 'p-limit'
import { createTransport } from '../../lib/transport/index.ts'
import { knownHostsName, knownKeys } from '../../lib/transport/ssh/known-hosts.ts'
import { lookUp } from '../../lib/transport/ssh/config.ts'
import { parseHop } from '../../lib/transport/ssh/hop.ts'
import { expandTokens } from '../../lib/transport/ssh/tokens.ts'
import { often } from '../support/often.ts'
import { type Case, type Stock, makeCase, restore, seeded } from './ssh-matrix.ts'
import { type Sshd, USER, hasIpv6, keygen, publicKey, startSshd } from './sshd.ts'

const LOOKED_UP = often(40, 230)
const LOGGED_IN = often(20, 75)
const seed = Number(process.env['RP_SEED'] ?? 20_261_126)

/** The real ssh is the judge, case by case, over configurations that a generator makes up. */
describe('whatever ssh does', function () {
  this.timeout(600_000)
  let sshd: Sshd
  let stock: Stock
  let agent: ChildProcess
  let polite: Server

  before(async function () {
    if (process.getuid?.() !== 0) this.skip()
    sshd = await startSshd('LogLevel VERBOSE\nMaxAuthTries 30', ['ed25519', 'ecdsa', 'rsa'])
    const { dir } = sshd
    for (const name of ['k1', 'k2', 'extra']) keygen(join(dir, name), 'ed25519')
    keygen(join(dir, 'k3'), 'rsa')
    keygen(join(dir, 'locked'), 'ed25519', 'passphrase')
    const strangers: Record<string, string> = {}
    const hostKeys: Record<string, string> = {}
    for (const type of ['ed25519', 'ecdsa', 'rsa']) {
      keygen(join(dir, `stranger_${type}`), type)
      const own = publicKey(sshd.hostKey(type))
      hostKeys[own.split(' ')[0] ?? ''] = own
      strangers[own.split(' ')[0] ?? ''] = publicKey(join(dir, `stranger_${type}`))
    }
    const socket = join(dir, 'agent')
    agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
    while (!existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, 20))
    const env = { ...process.env, SSH_AUTH_SOCK: socket }
    for (const name of ['extra', 'k1'])
      execFileSync('ssh-add', ['-q', join(dir, name)], { env, stdio: 'ignore' })
    const relay = join(dir, 'relay')
    writeFileSync(
      relay,
      `#!${process.execPath}\nconst s = require('net').connect(+process.argv[3], process.argv[2]);process.stdin.pipe(s).pipe(process.stdout)`,
      { mode: 0o755 },
    )
    process.env['RP_TMP'] = tmpdir()
    // Says its version and hears ours: ssh has then told all that it knows by itself.
    polite = createServer((client) => {
      client.on('error', () => {}).write('SSH-2.0-polite\r\n')
      client.on('data', () => client.end())
    }).listen(0, hasIpv6() ? '::' : '127.0.0.1')
    await new Promise((resolve) => polite.once('listening', resolve))
    stock = {
      dir: join(dir, 'case'),
      port: sshd.port,
      user: USER,
      otherUser: 'nobody-here',
      goodKey: join(dir, 'id'),
      otherKeys: ['k1', 'k2', 'k3', 'locked'].map((name) => join(dir, name)),
      hostKeys,
      strangers,
      agent: socket,
      ipv6: hasIpv6(),
      relay,
    }
  })
  after(async () => {
    polite?.close()
    agent?.kill()
    await sshd?.stop()
  })

  /** What the real ssh says and whether it logged in. */
  const askSsh = ({ alias, file }: Case, ...options: string[]): Promise<{ ok: boolean; said: string }> =>
    new Promise((resolve) => {
      execFile('ssh', [...options, '-F', file, '-o', 'BatchMode=yes', alias, 'true'], (error, _, stderr) =>
        resolve({ ok: error === null, said: stderr.replaceAll('\r', '') }),
      )
    })

  it(`is what ${LOOKED_UP} configurations are read as`, async () => {
    const random = seeded(seed)
    const { port } = polite.address() as AddressInfo
    const check = async (one: Case, i: number): Promise<void> => {
      const [{ said }, settings] = await Promise.all([askSsh(one, '-vvv'), lookUp(one.alias, one.file)])
      const about = `case ${i} of seed ${seed}, ${one.alias}:\n${one.text}\n${said}`
      const { alias, hostName: host, user, proxyCommand, proxyJump } = settings
      const [, to, address, at] = /^debug1: Connecting to (\S+) (?:\[(\S+)\] )?port (\d+)/m.exec(said) ?? []
      if (to !== undefined && !said.includes('Executing proxy command')) {
        assert.equal(host.toLowerCase(), to.toLowerCase(), about)
        assert.equal(settings.port, Number(at), about)
        assert.equal(
          (await lookup(host, { family: settings.addressFamily, order: 'verbatim' })).address,
          address,
          about,
        )
        assert.deepEqual([proxyCommand, proxyJump], [undefined, []], about)
      }
      const [, unknown] = /Could not resolve hostname (\S+):/.exec(said) ?? []
      if (unknown !== undefined) {
        assert.equal(host.toLowerCase(), unknown.toLowerCase(), about)
        return
      }
      const files = Array.from(said.matchAll(/^debug1: identity file (.*) type -?\d+$/gm), ([, name]) => name)
      const expected = files.filter((name) => !name?.endsWith('-cert'))
      if (!/Connection refused|proxy command/.test(said))
        assert.deepEqual(settings.identityFiles, expected, about)
      const [, command] = /^debug1: Executing proxy command: exec (.*)$/m.exec(said) ?? []
      const [, jump] = /^debug1: Setting implicit ProxyCommand from ProxyJump: (.*)$/m.exec(said) ?? []
      if (jump !== undefined) {
        const hop = parseHop(proxyJump.at(-1) ?? '')
        const words = [
          'ssh',
          ...(hop.user === undefined ? [] : ['-l', hop.user]),
          ...(hop.port === undefined ? [] : ['-p', hop.port]),
        ]
        assert.ok(jump.startsWith(words.join(' ')) && jump.endsWith(` ${hop.alias}`), about)
      } else if (command !== undefined) {
        assert.equal(
          expandTokens(proxyCommand ?? '', { alias, host, port: settings.port, user }),
          command,
          about,
        )
      } else assert.deepEqual([proxyCommand, proxyJump], [undefined, []], about)
      if (said.includes('Executing proxy command')) return
      const [, where, as] = /^debug1: Authenticating to (\S+) as '(.*)'$/m.exec(said) ?? []
      if (where === undefined) return
      assert.equal(`${host}:${settings.port}`.toLowerCase(), where.toLowerCase(), about)
      assert.equal(user, as, about)
      const found = Array.from(
        said.matchAll(/record_hostkey: found (?:revoked )?key type \S+ in file (.*:\d+)$/gm),
        ([, place]) => place,
      )
      // With a list of one's own the known keys are only read when the server shows one.
      if (found.length === 0 && /HostKeyAlgorithms/.test(one.text)) return
      const name = settings.hostKeyAlias?.toLowerCase() ?? knownHostsName(host, settings.port)
      const keys = await knownKeys([...settings.userKnownHosts, ...settings.globalKnownHosts], name)
      assert.deepEqual([...new Set(keys.map((key) => `${key.file}:${key.line}`))], [...new Set(found)], about)
    }
    const limit = pLimit(4)
    const cases = Array.from({ length: LOOKED_UP }, (_, i) =>
      makeCase({ ...stock, dir: `${stock.dir}-${i}`, port }, random, false),
    )
    await Promise.all(cases.map((one, i) => limit(check, one, i)))
  })

  it(`is what becomes of ${LOGGED_IN} logins`, async () => {
    const random = seeded(seed + 1)
    const log = join(sshd.dir, 'sshd.log')
    const connect = async ({ alias, file }: Case): Promise<string> => {
      // Nothing listens there: where ssh finds its way by itself, nobody may need it.
      const transport = createTransport({ sshConfigFile: file })
      try {
        const connection = await transport.connect(
          { name: alias, address: '127.0.0.9' },
          new AbortController().signal,
        )
        await connection.close()
        return 'in'
      } catch (error) {
        return (error as { code?: string }).code ?? String(error)
      }
    }
    /** What the server saw: to which of its addresses, and each user and key. */
    const seen = async (from: number): Promise<string[]> => {
      for (const deadline = Date.now() + 60_000; ;) {
        const lines = readFileSync(log, 'utf8').slice(from).split('\n')
        const begun = lines.filter((line) => line.startsWith('Connection from')).length
        const over = lines.filter((line) =>
          /^(Connection (closed|reset) by|Received disconnect|Disconnecting)/.test(line),
        ).length
        if (over >= begun || Date.now() > deadline) {
          return lines.flatMap((line) => {
            const [, to] = /^Connection from \S+ port \d+ on (\S+ port \d+)/.exec(line) ?? []
            const [, what, user, key] =
              /^(Accepted|Failed) publickey for (.*) from \S+ port \d+ ssh2: (.*)/.exec(line) ?? []
            return to !== undefined ? [`to ${to}`] : what === undefined ? [] : [`${what} ${user} ${key}`]
          })
        }
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    }
    const outcomes = new Map<string, number>()
    for (let i = 0; i < LOGGED_IN; i++) {
      const one = makeCase(stock, random, true)
      const start = readFileSync(log, 'utf8').length
      const judged = await askSsh(one)
      const forSsh = await seen(start)
      const written = [...one.known.keys()].map(recorded)
      restore(one)
      const middle = readFileSync(log, 'utf8').length
      const ours = await connect(one)
      const forUs = await seen(middle)
      const about = `case ${i} of seed ${seed}, ${one.alias}:\n${one.text}\n${judged.said}\n${forUs.join('\n')}`
      const verdict = verdictOf(judged.ok, judged.said)
      // The one thing that is stricter here, in words of its own: a changed or revoked key is never taken.
      const never = /^(no|off)$/.test(one.strict) ? neverTaken(judged.said) : undefined
      if (never !== undefined) {
        assert.equal(ours, never, about)
      } else {
        assert.equal(ours, verdict, about)
        assert.deepEqual(forUs, forSsh, about)
        assert.deepEqual([...one.known.keys()].map(recorded), written, about)
      }
      outcomes.set(ours, (outcomes.get(ours) ?? 0) + 1)
    }
    // The generator is worth something only when all of them come up.
    for (const outcome of ['in', 'E_UNKNOWN_HOST_KEY', 'E_HOST_KEY_CHANGED', 'E_AUTH_FAILED'])
      assert.ok(
        (outcomes.get(outcome) ?? 0) >= LOGGED_IN / 25,
        `${outcome}: ${JSON.stringify([...outcomes])}`,
      )
  })
})

/** The keys of a file, with their names where those are not hashed. */
const recorded = (file: string): string =>
  existsSync(file) ? readFileSync(file, 'utf8').replace(/^\|1\|\S+/gm, '|1|') : ''

function neverTaken(said: string): string | undefined {
  if (said.includes('REVOKED HOST KEY')) return 'E_HOST_KEY_REVOKED'
  return said.includes('IDENTIFICATION HAS CHANGED') ? 'E_HOST_KEY_CHANGED' : undefined
}

function verdictOf(ok: boolean, said: string): string {
  if (ok) return 'in'
  if (/REVOKED HOST KEY/.test(said)) return 'E_HOST_KEY_REVOKED'
  if (/IDENTIFICATION HAS CHANGED/.test(said)) return 'E_HOST_KEY_CHANGED'
  if (/Host key verification failed/.test(said)) return 'E_UNKNOWN_HOST_KEY'
  if (/Permission denied|Too many authentication/.test(said)) return 'E_AUTH_FAILED'
  return said
}
