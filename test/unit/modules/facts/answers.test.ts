import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import type { Reply } from '../../../../lib/core/probe.ts'
import type { Task } from '../../../../lib/core/task.ts'
import { facts } from '../../../../lib/modules/index.ts'
import { SHELLS, itAsRoot, useTemp } from '../driver.ts'

const reply = (text: string, code = 0): Reply => ({
  code,
  stdout: Buffer.from(text),
  stderr: Buffer.from(code === 0 ? '' : 'it is broken'),
})

/** What a fact makes of what a host prints. */
function made<State>({ module, args }: Task<State>, said: Reply): State {
  const probe = module.probe(args)
  const [question] = probe.questions
  return probe.parse(question?.reader.parse(said, ['']) ?? []) as State
}

const scriptOf = ({ module, args }: Task): string => module.probe(args).questions[0]?.reader.ask(['']) ?? ''

const ALL = Object.values(facts).map((fact): Task => fact('fact'))

describe('the fact os', () => {
  const os = (lines: readonly string[]) => made(facts.os('os'), reply(lines.join('\n')))

  it('understands Alpine in a container', () => {
    const found = os([
      'release NAME="Alpine Linux"',
      'release ID=alpine',
      'release VERSION_ID=3.21.0',
      'release PRETTY_NAME="Alpine Linux v3.21"',
      'kernel 6.1.0-28-amd64',
      'architecture x86_64',
      'hostname web-1',
      'init sh',
      'container docker',
      'guest yes',
      'dmi QEMU',
    ])
    assert.deepEqual(found, {
      id: 'alpine',
      idLike: [],
      name: 'Alpine Linux v3.21',
      version: '3.21.0',
      codename: '',
      family: 'alpine',
      kernel: '6.1.0-28-amd64',
      architecture: 'x86_64',
      hostname: 'web-1',
      init: 'sh',
      virtualization: 'kvm',
      container: 'docker',
    })
  })

  it('tells families by what a distribution is made from', () => {
    const family = (...lines: string[]) => os(lines.map((line) => `release ${line}`)).family
    assert.equal(family('ID=ubuntu', 'ID_LIKE=debian'), 'debian')
    assert.equal(family('ID="rocky"', 'ID_LIKE="rhel centos fedora"'), 'redhat')
    assert.equal(family("ID='opensuse-leap'", 'ID_LIKE="suse opensuse"'), 'suse')
    assert.equal(family('ID=unheard-of', 'ID_LIKE="also-unheard arch"'), 'arch')
    assert.equal(family('ID=nixos'), 'other')
  })

  it('reads quoted values and runs none', () => {
    const found = os(['release PRETTY_NAME="a \\"b\\" $(reboot) \\$HOME"', 'release ID="$(reboot)"'])
    assert.equal(found.name, 'a "b" $(reboot) $HOME')
    assert.equal(found.id, 'linux')
  })

  it('tells real machines from virtual ones', () => {
    const on = (...lines: string[]) => os(['architecture x86_64', ...lines]).virtualization
    assert.equal(on('dmi Dell Inc.', 'dmi PowerEdge'), undefined)
    assert.equal(on('guest yes', 'dmi VMware, Inc.'), 'vmware')
    assert.equal(on('guest yes', 'dmi Microsoft Corporation', 'dmi Virtual Machine'), 'hyper-v')
    assert.equal(on('guest yes'), 'other')
    assert.equal(on('dmi Hetzner', 'dmi root server'), undefined)
    assert.equal(os(['architecture aarch64', 'dmi Hetzner', 'dmi vServer']).virtualization, 'kvm')
  })
})

describe('the fact network', () => {
  it('understands iproute and busybox, peers and names with an @', () => {
    const found = made(
      facts.network('network'),
      reply(
        [
          'machine x86_64',
          'link eth0 1500 up 02:42:ac:11:00:02',
          'link lo 65536 unknown 00:00:00:00:00:00',
          'link wg0 1420 unknown ',
          'link veth12ab 1500 up 02:42:ac:11:00:03',
          'addr 1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever',
          'addr 42: eth0@if43    inet 172.17.0.2/16 brd 172.17.255.255 scope global eth0',
          'addr 42: eth0    inet6 2001:db8::2/64 scope global nodad',
          'addr 3: wg0    inet 10.0.0.1 peer 10.0.0.2/32 scope global wg0',
          'addr 3: wg0    inet 999.0.0.1/24 scope global wg0',
          'route Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
          'route eth0\t00000000\t010011AC\t0003\t0\t0\t100\t00000000\t0\t0\t0',
          'route wg0\t00000000\t00000000\t0001\t0\t0\t50\t00000000\t0\t0\t0',
          `route6 ${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 20010db8${'0'.repeat(23)}1 00000400 00000000 00000000 00000003     eth0`,
          `route6 ${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 ${'0'.repeat(32)} ffffffff 00000001 00000000 00200200       lo`,
          'dns # made by hand',
          'dns nameserver 192.0.2.53',
          'dns nameserver fe80::1%eth0',
          'dns nameserver not.an.address',
          'dns search example.org corp.example.org',
        ].join('\n'),
      ),
    )
    assert.deepEqual(found, {
      interfaces: [
        {
          name: 'eth0',
          state: 'up',
          mtu: 1500,
          mac: '02:42:ac:11:00:02',
          addresses: [
            { family: 4, address: '172.17.0.2', prefix: 16 },
            { family: 6, address: '2001:db8::2', prefix: 64 },
          ],
        },
        {
          name: 'lo',
          state: 'unknown',
          mtu: 65536,
          mac: undefined,
          addresses: [{ family: 4, address: '127.0.0.1', prefix: 8 }],
        },
        {
          name: 'wg0',
          state: 'unknown',
          mtu: 1420,
          mac: undefined,
          addresses: [{ family: 4, address: '10.0.0.1', prefix: 32 }],
        },
      ],
      ipv4: { interface: 'wg0', gateway: undefined },
      ipv6: { interface: 'eth0', gateway: '2001:db8::1' },
      dns: ['192.0.2.53', 'fe80::1%eth0'],
      search: ['example.org', 'corp.example.org'],
    })
  })

  it('reads routes of a machine that writes the high byte first', () => {
    const route = 'route enc0\t00000000\t0A000001\t0003\t0\t0\t0\t00000000\t0\t0\t0'
    const found = made(facts.network('network'), reply(`machine s390x\n${route}\n`))
    assert.deepEqual(found.ipv4, { interface: 'enc0', gateway: '10.0.0.1' })
  })
})

describe('the fact services', () => {
  it('joins units in use with the files of those that are not', () => {
    const found = made(
      facts.services('services'),
      reply(
        [
          'unit cron.service    loaded    active   running Regular background program processing daemon',
          'unit ● nginx.service loaded    failed   failed  A high performance web server',
          'unit * gone.service  not-found inactive dead    gone.service',
          'unit getty@tty1.service loaded active running Getty on tty1',
          'unit proc-sys.automount loaded active waiting Arbitrary',
          'file cron.service        enabled  enabled',
          'file nginx.service       disabled enabled',
          'file getty@.service      enabled  enabled',
          'file ssh.socket          disabled enabled',
        ].join('\n'),
      ),
    )
    assert.deepEqual(
      found.map(({ name, load, active, sub, enabled }) => [name, load, active, sub, enabled].join(' ')),
      [
        'cron.service loaded active running enabled',
        'getty@.service not-loaded inactive dead enabled',
        'getty@tty1.service loaded active running ',
        'gone.service not-found inactive dead ',
        'nginx.service loaded failed failed disabled',
        'ssh.socket not-loaded inactive dead disabled',
      ],
    )
  })
})

describe('the fact packages', () => {
  const packages = (text: string) => made(facts.packages('packages'), reply(text))

  it('understands apk', () => {
    assert.deepEqual(
      packages('apk P musl\napk V 1.2.5-r8\napk A x86_64\napk P tzdata\napk V 2024b-r1\napk A noarch\n'),
      [
        { name: 'musl', version: '1.2.5-r8', architecture: 'x86_64' },
        { name: 'tzdata', version: '2024b-r1', architecture: 'noarch' },
      ],
    )
  })

  it('understands rpm, without the keys that it trusts', () => {
    assert.deepEqual(
      packages('rpm vim-minimal\t2:8.2.2637-21.el9\tx86_64\nrpm gpg-pubkey\t350d275d-6279464b\t(none)\n'),
      [{ name: 'vim-minimal', version: '2:8.2.2637-21.el9', architecture: 'x86_64' }],
    )
  })
})

describe('the fact disks', () => {
  const folder = useTemp()

  for (const [name, shell] of Object.entries(SHELLS))
    itAsRoot(`understands paths with blanks and backslashes, asked by ${name}`, () => {
      const path = join(folder(), 'a b\\c *')
      mkdirSync(path)
      const task = facts.disks('disks')
      const [command = 'sh', ...rest] = shell
      const inside = 'mount -t tmpfs -o size=1m none "$1"; shift; exec "$@"'
      const args = ['-m', 'sh', '-c', inside, 'sh', path, command, ...rest, '-c', scriptOf(task)]
      const stdout = execFileSync('unshare', args)
      const mount = made(task, { code: 0, stdout, stderr: Buffer.alloc(0) }).find((one) => one.path === path)
      assert.deepEqual([mount?.filesystem, mount?.size], ['tmpfs', 1024 * 1024])
    })

  it('has no sizes of what does not answer', () => {
    const [mount] = made(facts.disks('disks'), reply('mount nas:/x /mnt nfs4 rw,hard \n'))
    assert.deepEqual(mount, {
      device: 'nas:/x',
      path: '/mnt',
      filesystem: 'nfs4',
      options: ['rw', 'hard'],
      size: undefined,
      available: undefined,
      inodes: undefined,
      inodesFree: undefined,
    })
  })
})

describe('facts', () => {
  const WORDS = ['release', 'dmi', 'link', 'addr', 'inet6', 'trie', 'route', 'route6', 'dns', 'mount', 'unit']
  const line = fc
    .tuple(
      fc.constantFrom(...WORDS, 'file', 'deb', 'apk', 'rpm', 'memory', ''),
      fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[\w:./ \t-]{0,80}$/)),
    )
    .map(([word, rest]) => `${word} ${rest}`)

  it('make something of whatever a host prints, or say that they cannot', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        for (const task of ALL) {
          try {
            made(task, reply(lines.join('\n')))
          } catch (error) {
            assert.equal((error as { code?: string }).code, 'E_BAD_FACT')
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  it('fail with what the host said when their script fails, and when the answer has no end', () => {
    for (const task of ALL) assert.throws(() => made(task, reply('', 1)), /could not be read: it is broken/)
    assert.throws(() => made(facts.os('os'), reply('x\n'.repeat(200_000))), { code: 'E_BAD_FACT' })
  })

  it('are told apart from others by what changes them', () => {
    for (const task of ALL) {
      const [question] = task.module.probe(task.args).questions
      assert.ok((question?.reader.sees('') ?? []).length > 0, task.module.name)
    }
  })
})
