import assert from 'node:assert/strict'
import { lstatSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type SysctlArgs, sysctl } from '../../../../lib/modules/index.ts'
import { pathOf } from '../../../../lib/modules/system/sysctl/name.ts'
import { install } from '../../../support/install.ts'
import { type Namespace, makeNamespace } from '../../../support/namespace.ts'
import { runOn } from '../../../support/run-on.ts'
import { proveBehaviours } from '../files/behaviours.ts'
import { SHELLS, converge, itAsRoot, run, useTemp } from '../driver.ts'
import { CASES } from './sysctl-cases.ts'

proveBehaviours({
  module: 'sysctl',
  task: (name, { path, ...args }) => sysctl(name, { ...args, file: path, reload: false }),
  cases: CASES,
})

const forward = { name: 'net.ipv4.ip_forward', value: 1 } as const

for (const [name, shell] of Object.entries(SHELLS)) {
  describe(`the running kernel, under ${name}`, function () {
    const temp = useTemp()
    let network: Namespace
    // What is said about a network namespace holds in it alone.
    before(async function () {
      if (process.getuid?.() !== 0) this.skip()
      install('/sbin/ip', 'iproute2')
      network = await makeNamespace(['--net'], ':')
    })
    beforeEach(() => inside('echo 0 >/proc/sys/net/ipv4/ip_forward'))
    after(() => network?.remove())

    const inside = async (script: string): Promise<string> =>
      (await run([...network.enter, 'sh'], { script })).stdout.toString()
    const now = (): Promise<string> => inside('cat /proc/sys/net/ipv4/ip_forward')
    const file = (): string => join(temp(), 'own.conf')
    const of = (args: Omit<SysctlArgs, 'file'>) =>
      converge(sysctl('it', { file: file(), ...args }), [...network.enter, ...shell])

    it('gets the value, and so does the file', async () => {
      const done = await of(forward)
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.deepEqual(
        done.changes.map(({ what, from }) => [what, from]),
        [
          ['net.ipv4.ip_forward', '0'],
          ['content', 'absent'],
        ],
      )
      assert.equal(await now(), '1\n')
      assert.equal(readFileSync(file(), 'utf8'), 'net.ipv4.ip_forward=1\n')
      assert.equal(lstatSync(file()).mode & 0o777, 0o644)
      assert.deepEqual((await of(forward)).changes, [])
    })

    it('gets the value alone where the file has it, and the other way round', async () => {
      writeFileSync(file(), 'net.ipv4.ip_forward = 1\n')
      const done = await of(forward)
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.deepEqual(
        done.changes.map(({ what }) => what),
        ['net.ipv4.ip_forward'],
      )
      writeFileSync(file(), '')
      const written = await of(forward)
      assert.deepEqual([written.left, written.wrong], [[], []])
      assert.deepEqual(
        written.changes.map(({ what }) => what),
        ['content'],
      )
    })

    it('gets several words, whatever spaces it puts between them', async () => {
      const args = { name: 'net.ipv4.tcp_rmem', value: '4096  65536\t1048576' }
      const done = await of(args)
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.equal(await inside('cat /proc/sys/net/ipv4/tcp_rmem'), '4096\t65536\t1048576\n')
      assert.deepEqual((await of(args)).changes, [])
    })

    it('finds an interface whose name has a dot', async () => {
      await inside('ip link set lo name a.b')
      const done = await of({ name: 'net.ipv4.conf.a/b.rp_filter', value: 2 })
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.equal(await inside('cat /proc/sys/net/ipv4/conf/a.b/rp_filter'), '2\n')
    })

    it('does not get it with reload: false, and keeps it when it is absent from the file', async () => {
      await of({ ...forward, reload: false })
      assert.equal(await now(), '0\n')
      await of(forward)
      const gone = await of({ name: forward.name, state: 'absent' })
      assert.deepEqual([gone.left, gone.wrong], [[], []])
      assert.equal(await now(), '1\n')
      assert.equal(readFileSync(file(), 'utf8'), '')
    })

    it('refuses a value before the file has it', async () => {
      await assert.rejects(of({ name: forward.name, value: 'no number' }), /ip_forward: /)
      assert.deepEqual(readdirSync(temp()), [])
    })

    it('does not have every setting', async () => {
      const none = { name: 'net.ipv4.no_such_thing', value: 1 }
      await assert.rejects(of(none), { code: 'E_NO_SYSCTL', message: /no_such_thing/ })
      await assert.rejects(of({ name: 'net.ipv4.conf', value: 1 }), { code: 'E_NO_SYSCTL' })
      const done = await of({ ...none, ignoreErrors: true })
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.equal(readFileSync(file(), 'utf8'), 'net.ipv4.no_such_thing=1\n')
      assert.deepEqual((await of({ ...none, reload: false })).changes, [])
    })

    it('shows and takes only what it lets the task read and change', async () => {
      await assert.rejects(of({ name: 'net.ipv4.route.flush', value: 1 }), { code: 'E_CANNOT_LOOK' })
      await assert.rejects(of({ name: 'kernel.ostype', value: 'x' }), { code: 'E_SYSCTL_READ_ONLY' })
      assert.deepEqual(readdirSync(temp()), [])
    })
  })

  describe(`a kernel that is read-only, as in a container, under ${name}`, () => {
    const temp = useTemp()
    itAsRoot('is known before anything is changed', async () => {
      const readOnly = 'mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys'
      const container = await makeNamespace(['--net', '--mount'], readOnly)
      try {
        const task = (reload: boolean) =>
          sysctl('it', { ...forward, value: 2, file: join(temp(), 'own.conf'), reload })
        const inside = [...container.enter, ...shell]
        await assert.rejects(converge(task(true), inside), {
          code: 'E_SYSCTL_READ_ONLY',
          hint: /reload: false/,
        })
        assert.deepEqual(readdirSync(temp()), [])
        assert.deepEqual((await converge(task(false), inside)).left, [])
      } finally {
        await container.remove()
      }
    })
  })
}

describe('settings in a dry run', () => {
  const temp = useTemp()
  itAsRoot('are known after others, except those that the kernel changes with them', async () => {
    const network = await makeNamespace(['--net'], 'echo 0 >/proc/sys/net/ipv4/ip_forward')
    const file = join(temp(), 'own.conf')
    const shell = [...network.enter, 'dash']
    const forwarding = { name: 'net.ipv4.conf.all.forwarding', value: 0, file }
    const certain = () => [
      sysctl('one', { ...forward, file }),
      sysctl('again', { ...forward, file }),
      sysctl('other', { name: 'net.ipv4.tcp_syncookies', value: 2, file }),
    ]
    const tasks = () => [
      ...certain(),
      sysctl('changes with one', forwarding),
      sysctl('not of the kernel', { ...forwarding, reload: false }),
    ]
    try {
      const written = ['net.ipv4.tcp_syncookies=2', 'net.ipv4.tcp_sack=0']
      writeFileSync(file, `${written.join('\n')}\n`)
      const live = () => [
        sysctl('of the kernel alone', { name: 'net.ipv4.tcp_syncookies', value: 2, file }),
        sysctl('of the kernel too', { name: 'net.ipv4.tcp_sack', value: 0, file }),
        sysctl('another file', { name: 'net.ipv4.tcp_sack', value: 0, file: join(temp(), 'other.conf') }),
      ]
      assert.deepEqual((await runOn(shell, live, { check: true })).statuses, [
        'of the kernel alone: would-change',
        'of the kernel too: would-change',
        'another file: would-change',
      ])
      writeFileSync(file, 'net.ipv4.conf.all.forwarding=0\n')
      assert.deepEqual((await runOn(shell, tasks, { check: true })).statuses, [
        'one: would-change',
        'again: ok',
        'other: would-change',
        'changes with one: unknown',
        'not of the kernel: ok',
      ])
      const done = await runOn(shell, certain)
      assert.deepEqual(done.statuses, ['one: changed', 'again: ok', 'other: changed'])
    } finally {
      await network.remove()
    }
  })
})

describe('the file of a setting', () => {
  const temp = useTemp()

  it('is no link, and has a folder', async () => {
    symlinkSync('/etc/sysctl.conf', join(temp(), 'link'))
    const of = (path: string) =>
      converge(sysctl('it', { ...forward, reload: false, file: join(temp(), path) }))
    await assert.rejects(of('link'), { code: 'E_OTHER_KIND' })
    await assert.rejects(of('none/own.conf'), { code: 'E_NO_DIRECTORY' })
  })

  it('gets mode and owner as asked for', async () => {
    const file = join(temp(), 'own.conf')
    const done = await converge(sysctl('it', { ...forward, reload: false, file, mode: '0600' }))
    assert.deepEqual([done.left, done.wrong], [[], []])
    assert.equal(lstatSync(file).mode & 0o777, 0o600)
  })
})

describe('names of settings', () => {
  it('are paths below /proc/sys', () => {
    const cases = {
      'vm.swappiness': '/proc/sys/vm/swappiness',
      'net/ipv4/conf/eth0.100/rp_filter': '/proc/sys/net/ipv4/conf/eth0.100/rp_filter',
      'net.ipv4.conf.eth0/100.rp_filter': '/proc/sys/net/ipv4/conf/eth0.100/rp_filter',
      'net.ipv4.conf.br-0@a.rp_filter': '/proc/sys/net/ipv4/conf/br-0@a/rp_filter',
    }
    for (const [name, path] of Object.entries(cases)) assert.equal(pathOf(name), path)
  })
  for (const name of [
    '',
    'vm',
    'vm.',
    '.vm.x',
    '/vm/x',
    'vm/../../etc/passwd',
    'vm.//.x',
    'vm.x y',
    'vm.x\n',
    '-vm.x',
    '#vm.x',
    'vm.x=1',
    'net.ipv4.conf.*.rp_filter',
    'vm.\0x',
  ])
    it(`are not ${JSON.stringify(name)}`, () => {
      assert.throws(() => sysctl('it', { name, value: 1 }), { code: 'E_BAD_ARGUMENT' })
    })
})

describe('arguments of sysctl', () => {
  const wrong: Readonly<Record<string, Partial<SysctlArgs>>> = {
    'no value': { value: undefined },
    'an empty value': { value: ' ' },
    'a value of two lines': { value: '1\nkernel.panic=1' },
    'a file that is not read': { file: '/etc/sysctl.d/own' },
    'a file that is no path': { file: 'own.conf' },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuse ${what}`, () => {
      assert.throws(() => sysctl('it', { ...forward, ...args }), { code: 'E_BAD_ARGUMENT' })
    })
})
