import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type UfwArgs, type UfwStatus, ufw } from '../../../../lib/modules/index.ts'
import { letsIn, sshLogin } from '../../../../lib/modules/network/ufw/login.ts'
import { ufwStatus } from '../../../../lib/modules/network/ufw/reader.ts'
import { parseRecorded } from '../../../../lib/testing/drive-task.ts'
import type { TestShell } from '../../../../lib/testing/shells.ts'
import { install } from '../../../support/install.ts'
import { type Namespace, inPlaceOf, makeNamespace } from '../../../support/namespace.ts'
import { LONG } from '../../../support/often.ts'
import { runOn } from '../../../support/run-on.ts'
import { SHELLS, converge, run } from '../driver.ts'
import { CASES } from './ufw-cases.ts'

const LOGIN = '192.0.2.1 50000 192.0.2.9 2222'
const ssh: UfwArgs = { rule: 'allow', toPort: 2222, proto: 'tcp' }

for (const [name, shell] of Object.entries(SHELLS)) {
  if (name === 'bash' && !LONG) continue
  // The tools of BusyBox, and those of ufw.
  const onHost: TestShell = shell.map((word) => word.replace(/^PATH=(.*)$/, 'PATH=$1:/usr/bin:/usr/sbin'))
  describe(`ufw, under ${name}`, function () {
    this.timeout(400_000)
    let root: string
    let own: Namespace
    let inside: TestShell
    before(function () {
      if (process.getuid?.() !== 0) return this.skip()
      install('/usr/sbin/ufw', 'ufw')
      install('/sbin/ip', 'iproute2')
    })
    // Rules of its own, in a kernel's network of its own.
    beforeEach(async () => {
      root = mkdtempSync(join(tmpdir(), 'rp-ufw.'))
      cpSync('/etc/ufw', join(root, 'ufw'), { recursive: true })
      cpSync('/etc/default', join(root, 'default'), { recursive: true, verbatimSymlinks: true })
      cpSync('/usr/share/ufw/iptables', join(root, 'ufw'), { recursive: true })
      writeFileSync(join(root, 'ufw/ufw.conf'), 'ENABLED=no\nLOGLEVEL=low\n')
      writeFileSync(join(root, 'ufw/applications.d/own'), '[OpenSSH]\ntitle=x\ndescription=x\nports=22/tcp\n')
      own = await makeNamespace(
        ['--net', '--mount'],
        `${inPlaceOf(root, { ufw: '/etc/ufw', default: '/etc/default' })}
ip link set lo name eth0 && ip link set eth0 up && ip addr add 192.0.2.9/24 dev eth0`,
      )
      inside = [...own.enter, ...onHost]
    })
    afterEach(async () => {
      await own?.remove()
      rmSync(root, { recursive: true, force: true })
    })
    const by = (login: string): TestShell =>
      name === 'busybox' ? ['env', ...inside] : [...own.enter, 'env', `SSH_CONNECTION=${login}`, ...onHost]
    const script = async (text: string): Promise<string> => {
      const { code, stdout, stderr } = await run([...own.enter, 'sh'], {
        script: `LC_ALL=C; export LC_ALL; ${text}`,
      })
      assert.equal(code, 0, stderr.toString())
      return stdout.toString()
    }
    const of = (args: UfwArgs, through: TestShell = inside) => converge(ufw('it', args), through)
    const added = async (): Promise<string[]> =>
      (await script('ufw show added'))
        .split('\n')
        .slice(1)
        .flatMap((line) => (line.startsWith('ufw ') ? [line.slice(4)] : []))

    for (const [what, { before = [], args, becomes, changed = true }] of Object.entries(CASES)) {
      // It is the same ufw everywhere, which takes its time.
      if (name !== 'dash' && !LONG) continue
      it(what, async () => {
        if (before.length > 0) await script(before.map((words) => `ufw ${words} >/dev/null`).join(' && '))
        const done = await of(args)
        assert.deepEqual([done.left, done.wrong], [[], []])
        assert.equal(done.changes.length, changed ? 1 : 0)
        assert.deepEqual(await added(), becomes)
      })
    }

    it('is enabled with policies, logging and a rule, and disabled', async () => {
      const all: UfwArgs = {
        ...ssh,
        state: 'enabled',
        logging: 'medium',
        defaults: { incoming: 'reject', outgoing: 'allow', routed: 'allow' },
      }
      const done = await of(all)
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.deepEqual(
        done.changes.map(({ what, to }) => [what, to]),
        [
          ['rule', 'allow proto tcp from any to any port 2222'],
          ['logging', 'medium'],
          ['default incoming', 'reject'],
          ['default routed', 'allow'],
          ['state', 'enabled'],
        ],
      )
      const status = await script('ufw status verbose')
      assert.match(
        status,
        /^Status: active\nLogging: on \(medium\)\nDefault: reject \(incoming\), allow \(outgoing\)/,
      )
      assert.match(await script('iptables -S ufw-user-input'), /--dport 2222 -j ACCEPT/)
      assert.deepEqual((await of(all)).changes, [])
      const off = await of({ state: 'disabled' })
      assert.deepEqual([off.changes.length, off.left, off.wrong], [1, [], []])
      assert.match(await script('ufw status'), /inactive/)
      assert.deepEqual((await of({ state: 'disabled' })).changes, [])
    })

    it('is started where it is enabled and does not run', async () => {
      await of({ ...ssh, state: 'enabled' })
      await script('iptables -F && iptables -X')
      const done = await of({ state: 'enabled' })
      assert.deepEqual(done.changes, [{ what: 'state', from: 'enabled, not running', to: 'enabled' }])
      assert.deepEqual([done.left, done.wrong], [[], []])
    })

    it('is reset, once', async () => {
      await of({ ...ssh, state: 'enabled' })
      const done = await of({ state: 'reset' })
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.deepEqual(await added(), [])
      assert.match(await script('ufw status'), /inactive/)
      assert.deepEqual((await of({ state: 'reset' })).changes, [])
    })

    it('is reloaded each time, if it is enabled', async () => {
      assert.deepEqual((await of({ state: 'reloaded' })).changes, [])
      await of({ ...ssh, state: 'enabled' })
      for (const _ of [1, 2]) {
        const done = await of({ state: 'reloaded' })
        assert.deepEqual([done.changes.length, done.left, done.wrong], [1, [], []])
      }
    })

    if (name !== 'busybox')
      it('does not keep out the operator', async () => {
        const refused = {
          code: 'E_UFW_LOCKOUT',
          hint: /ufw\('ssh', \{ rule: 'allow', toPort: 2222, proto: 'tcp' \}\)/,
        }
        const through = by(LOGIN)
        await assert.rejects(of({ state: 'enabled' }, through), refused)
        await assert.rejects(of({ state: 'enabled', rule: 'allow', toPort: 22 }, through), refused)
        await assert.rejects(of({ state: 'enabled', ...ssh, from: '192.0.2.128/25' }, through), refused)
        await assert.rejects(of({ state: 'enabled', ...ssh, interface: 'eth1' }, through), refused)
        assert.deepEqual(
          [await added(), await script('iptables -S')],
          [[], '-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n'],
        )
        await of({ state: 'enabled', defaults: { incoming: 'allow' } }, through)
        await assert.rejects(of({ defaults: { incoming: 'deny' } }, through), refused)
        await of(
          { rule: 'limit', toPort: '2000:3000', proto: 'tcp', interface: 'eth0', from: '192.0.2.0/25' },
          through,
        )
        await of({ defaults: { incoming: 'deny' } }, through)
        const own = { toPort: '2000:3000', proto: 'tcp', interface: 'eth0', from: '192.0.2.0/25' } as const
        await assert.rejects(of({ rule: 'limit', ...own, delete: true }, through), refused)
        await assert.rejects(of({ rule: 'deny', ...own }, through), refused)
        await assert.rejects(of({ rule: 'deny', from: '192.0.2.1', insert: 1 }, through), refused)
        // Behind the rule that lets in, it does no harm.
        const done = await of({ rule: 'deny', from: '192.0.2.1' }, through)
        assert.deepEqual([done.left, done.wrong], [[], []])
        await of({ state: 'disabled' }, through)
      })

    it('is known in a dry run', async () => {
      const tasks = () => [
        ufw('ssh', ssh),
        ufw('ssh again', ssh),
        ufw('web', { rule: 'allow', toPort: '80,443', proto: 'tcp', comment: 'web' }),
        ufw('on', { state: 'enabled', defaults: { outgoing: 'deny' } }),
        ufw('on again', { state: 'enabled' }),
        ufw('gone', { rule: 'allow', toPort: '443,80', proto: 'tcp', delete: true }),
      ]
      const dry = await runOn(name === 'busybox' ? inside : by(LOGIN), tasks, { check: true })
      const statuses = ['changed', 'ok', 'changed', 'changed', 'ok', 'changed']
      const names = ['ssh', 'ssh again', 'web', 'on', 'on again', 'gone']
      const as = (changed: string): string[] =>
        names.map((task, i) => `${task}: ${statuses[i] === 'changed' ? changed : 'ok'}`)
      assert.deepEqual(dry.statuses, as('would-change'))
      assert.deepEqual(await added(), [])
      const real = await runOn(name === 'busybox' ? inside : by(LOGIN), tasks)
      assert.deepEqual(real.statuses, as('changed'))
      assert.deepEqual(await added(), ['allow 2222/tcp'])
    })

    it('says which profile the host does not have, also in a dry run', async () => {
      const tasks = () => [ufw('it', { rule: 'allow', app: 'No Such' })]
      const { tasks: ran } = await runOn(inside, tasks, { check: true })
      assert.equal(ran[0]?.error?.code, 'E_NO_UFW_APP')
    })
  })
}

describe('ufw', () => {
  it('is not on every host', () => {
    const { module, args } = ufw('it', ssh)
    const [status] = parseRecorded(ufwStatus, [''], { stdout: 'none\n' })
    assert.equal(status, undefined)
    assert.throws(() => module.plan(args, { status, login: undefined }), { code: 'E_NO_UFW' })
  })

  it('may be read by root alone', () => {
    const reply = { code: 1, stdout: '', stderr: '/etc/ufw cannot be read\n' }
    assert.throws(() => parseRecorded(ufwStatus, [''], reply), { code: 'E_CANNOT_LOOK' })
  })

  it('lets in over IPv6 only what it manages', () => {
    const status: UfwStatus = {
      enabled: true,
      running: true,
      ipv6: true,
      logging: 'low',
      incoming: 'deny',
      outgoing: 'allow',
      routed: 'deny',
      apps: [],
      edited: [],
      rules: ['allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in'],
      rules6: ['allow tcp 22 ::/0 any 2001:db8::/32 in'],
    }
    const login = { client: '2001:db8::1', server: '2001:db8::2', port: 22, interface: 'eth0' }
    assert.equal(letsIn(status, login), true)
    assert.equal(letsIn(status, { ...login, client: '2001:db9::1' }), false)
    assert.equal(letsIn({ ...status, ipv6: false }, login), false)
    assert.equal(letsIn(status, { ...login, client: '10.0.0.1', server: '10.0.0.2' }), true)
    assert.equal(letsIn({ ...status, rules6: [] }, { ...login, client: '::1', server: '::1' }), true)
    for (const rule of [
      'deny any any 0.0.0.0/0 any 10.0.0.0/8 in',
      'reject tcp any 0.0.0.0/0 5:9 0.0.0.0/0 in',
    ]) {
      const before = { ...status, rules: [rule, ...status.rules] }
      assert.equal(letsIn(before, { ...login, client: '10.0.0.1', server: '10.0.0.2' }), false, rule)
    }
    for (const rule of [
      'deny udp 22 0.0.0.0/0 any 0.0.0.0/0 in',
      'deny tcp 22 0.0.0.0/0 any 0.0.0.0/0 out',
      'deny tcp 22 0.0.0.0/0 any 0.0.0.0/0 in_eth1',
      'route:deny tcp 22 0.0.0.0/0 any 0.0.0.0/0 in',
      'deny tcp 23:30,80 0.0.0.0/0 any 0.0.0.0/0 in comment=6162',
    ]) {
      const before = { ...status, rules: [rule, ...status.rules] }
      assert.equal(letsIn(before, { ...login, client: '10.0.0.1', server: '10.0.0.2' }), true, rule)
    }
  })

  it('finds the SSH connection of a process above, as below sudo', async () => {
    const { code, stdout, stderr } = await run(['sh'], {
      script: `exec env SSH_CONNECTION='${LOGIN}' sh -c 'env -i PATH="$PATH" sh -c "$1"; :' sh "$(cat)"`,
      stdin: sshLogin.ask(['']),
    })
    const [found] = sshLogin.parse({ code, stdout, stderr }, [''])
    assert.deepEqual(found, { client: '192.0.2.1', server: '192.0.2.9', port: 2222, interface: undefined })
  })
})

describe('arguments of ufw', () => {
  const wrong: Readonly<Record<string, UfwArgs>> = {
    nothing: {},
    'parts of a rule alone': { toPort: 22 },
    'a reset with a rule': { state: 'reset', rule: 'allow' },
    'a port that is none': { rule: 'allow', toPort: 70_000 },
    'a port that is a name': { rule: 'allow', toPort: 'ssh' },
    'a range the wrong way round': { rule: 'allow', toPort: '20:10', proto: 'tcp' },
    'several ports of any protocol': { rule: 'allow', toPort: '80,443' },
    'ports of a protocol without': { rule: 'allow', toPort: 80, proto: 'esp' },
    'an address that is none': { rule: 'allow', from: '10.0.0.256' },
    'an address that is a name': { rule: 'allow', from: 'example.org' },
    'a prefix that is too long': { rule: 'allow', from: '10.0.0.0/33' },
    'addresses of two kinds': { rule: 'allow', from: '10.0.0.1', to: '::1' },
    'an alias of an interface': { rule: 'allow', interface: 'eth0:1' },
    'an interface that is an option': { rule: 'allow', interface: '-x' },
    'two interfaces of a rule that does not forward': { rule: 'allow', interfaceIn: 'a', interfaceOut: 'b' },
    'a direction without an interface of what is forwarded': { rule: 'allow', route: true, direction: 'in' },
    'a profile with a port': { rule: 'allow', app: 'OpenSSH', toPort: 22 },
    'a profile that is an option': { rule: 'allow', app: '--x' },
    "a comment with '": { rule: 'allow', comment: "it's" },
    'a comment of two lines': { rule: 'allow', comment: 'a\nb' },
    'a place of what is removed': { rule: 'allow', insert: 1, delete: true },
    'IPv6 of a protocol of IPv4': { rule: 'allow', proto: 'igmp', from: '::1' },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuse ${what}`, () => {
      assert.throws(() => ufw('it', args), { code: 'E_BAD_ARGUMENT' })
    })
})
