import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import type { ShellStep } from '../../../../lib/core/module.ts'
import { Secret, reveal } from '../../../../lib/core/secret.ts'
import { contentPayload } from '../../../../lib/modules/shared/payload.ts'
import type { InstallState } from '../../../../lib/modules/shared/install.ts'
import {
  type WireguardInterface,
  wireguardInterface,
} from '../../../../lib/modules/network/wireguard/reader.ts'
import { type WireguardArgs, wireguard } from '../../../../lib/modules/network/wireguard/module.ts'
import type { UpInterface } from '../../../../lib/modules/network/wireguard/args.ts'
import { configFile, dropIn } from '../../../../lib/modules/network/wireguard/config.ts'
import { contains, network } from '../../../../lib/modules/network/wireguard/subnet.ts'
import type { WireguardState } from '../../../../lib/modules/network/wireguard/state.ts'
import { SHELLS, planOf, run } from '../driver.ts'

// Two key pairs made by `wg genkey`.
const PRIVATE = 'gHWNhZDzR4Hpc8yqTFBl3LhGcbbJc3bCVEMMtcGvjUY='
const PEER = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg='
const PSK = new Secret('psk', Buffer.alloc(32, 7).toString('base64'))
const sum = (text: string): string => createHash('sha256').update(text).digest('hex')

const args: UpInterface = {
  interface: 'wg0',
  privateKey: new Secret('overlay', PRIVATE),
  address: '10.88.0.11/24',
  peers: [
    { publicKey: PEER, endpoint: '192.0.2.12:51820', allowedIps: ['10.88.0.12/32'], presharedKey: PSK },
  ],
  before: ['docker.service'],
}

const live = (): WireguardInterface => ({
  missing: [],
  config: 'ours',
  exists: true,
  mtu: 1420,
  addresses: ['10.88.0.11/24'],
  publicKey: publicKey(),
  listenPort: 51820,
  peers: [{ publicKey: PEER, allowedIps: ['10.88.0.12/32'], keepalive: 0, preshared: sum(reveal(PSK)) }],
  active: true,
  enabled: true,
  needsReload: false,
})

/** Asked of the module itself: what it wants where nothing is right. */
function publicKey(): string {
  const { changes } = planOf(wireguard('it', args), state({ publicKey: 'other' }, false))
  return String(changes.find(({ what }) => what === 'publicKey')?.to)
}

const file = (): InstallState => ({
  here: { type: 'file', mode: '0600', owner: 'root', uid: 0, group: 'root', gid: 0, size: 1 },
  sha256: contentPayload(configFile(args)).sha256,
  folder: { type: 'directory', mode: '0700', owner: 'root', uid: 0, group: 'root', gid: 0 },
  above: [],
  access: {
    accounts: Object.fromEntries(
      ['user:', 'group:', 'user:root', 'group:root'].map((key) => [key, { id: 0, name: 'root' }]),
    ),
  },
})

function state(differs: Partial<WireguardInterface> = {}, whole = true): WireguardState {
  const known = whole ? live() : ({ ...EMPTY, exists: true, active: true } as WireguardInterface)
  return { live: { ...known, ...differs }, dropIn: sum(dropIn(['docker.service'])), file: file() }
}

const EMPTY = { missing: [], config: 'ours', addresses: [], peers: [], enabled: true, needsReload: false }

const whats = (wanted: WireguardArgs, found: WireguardState) =>
  planOf(wireguard('it', wanted), found).changes.map(({ what }) => what)

const scripts = (wanted: WireguardArgs, found: WireguardState) => {
  const task = wireguard('it', wanted)
  return (task.module.apply(task.args, found) as readonly ShellStep[]).map(
    ({ script }) => script.split('\n')[0],
  )
}

describe('wireguard', () => {
  it('finds nothing where all is as asked for', () => {
    assert.deepEqual(planOf(wireguard('it', args), state()), {
      changes: [],
      because: 'up, 10.88.0.11/24, 1 peers',
    })
  })

  it('changes peers and keys without cutting, and the file last', () => {
    const wanted = { ...args, peers: [{ ...args.peers[0]!, persistentKeepalive: 25 }] }
    assert.deepEqual(whats(wanted, state()), [`peer ${PEER} keepalive`, 'content'])
    assert.deepEqual(scripts(wanted, state()), ['wg syncconf wg0 /dev/stdin', 'set -eu'])
    assert.deepEqual(scripts(args, state({ listenPort: 1 })), ['wg syncconf wg0 /dev/stdin'])
    assert.deepEqual(scripts({ ...args, peers: [] }, state()), ['wg syncconf wg0 /dev/stdin', 'set -eu'])
  })

  it('takes from a peer what it should not have any more', () => {
    const { presharedKey: _, ...peer } = args.peers[0]!
    const task = wireguard('it', { ...args, peers: [peer] })
    const [sync] = task.module.apply(task.args, state()) as readonly ShellStep[]
    const text = reveal(sync?.stdin as Secret)
    assert.match(text, /PresharedKey = A{43}=\n/)
    assert.match(text, /PersistentKeepalive = 0\n/)
    assert.doesNotMatch(text, /Address/)
  })

  it('starts anew for an address, a route or an interface that is down', () => {
    const restarts = (wanted: WireguardArgs, found: WireguardState) =>
      scripts(wanted, found).at(-1) === 'set -e' &&
      !scripts(wanted, found).includes('wg syncconf wg0 /dev/stdin')
    assert.ok(restarts({ ...args, address: '10.88.0.99/24' }, state()))
    assert.ok(restarts(args, state({ exists: false })))
    assert.ok(restarts(args, state({ active: false })))
    assert.ok(restarts({ ...args, mtu: 1400 }, state()))
    assert.ok(restarts({ ...args, peers: [{ publicKey: PEER, allowedIps: ['10.99.0.0/16'] }] }, state()))
  })

  it('orders the units that need the address', () => {
    assert.deepEqual(whats({ ...args, before: [] }, state()), ['before'])
    assert.match(scripts({ ...args, before: [] }, state())[0]!, /^rm -f -- \S+run-playbook\.conf$/)
    const task = wireguard('it', { ...args, before: ['a.service', 'b.service'] })
    const [step] = task.module.apply(task.args, state()) as readonly ShellStep[]
    assert.equal(step?.stdin, '# Written by run-playbook.\n[Unit]\nBefore=a.service b.service\n')
    assert.deepEqual(scripts(args, state({ needsReload: true })), ['systemctl daemon-reload'])
  })

  it('leaves alone what somebody else made', () => {
    const foreign = [{ config: 'foreign' }, { config: 'absent', exists: true }] as const
    for (const differs of foreign) {
      assert.throws(() => planOf(wireguard('it', args), state(differs)), { code: 'E_FOREIGN_WIREGUARD' })
      const gone = wireguard('it', { interface: 'wg0', state: 'absent' })
      assert.throws(() => planOf(gone, { ...state(differs), file: undefined }), {
        code: 'E_FOREIGN_WIREGUARD',
      })
    }
  })

  it('says what the host lacks', () => {
    assert.throws(() => planOf(wireguard('it', args), state({ missing: ['systemd'] })), {
      code: 'E_NO_SYSTEMD',
    })
    assert.throws(() => planOf(wireguard('it', args), state({ missing: ['wg'] })), { code: 'E_NO_WIREGUARD' })
  })

  it('never puts a key into a script or a plan', () => {
    const task = wireguard('it', args)
    const fresh = state({ exists: false, config: 'absent' })
    const shown = JSON.stringify([task.module.apply(task.args, fresh), planOf(task, fresh), task.args])
    for (const key of [PRIVATE, reveal(PSK)]) assert.ok(!shown.includes(key))
  })

  const refused: [object, RegExp][] = [
    [{ address: '10.88.0.11' }, /address: must be an address such as/],
    [{ privateKey: PRIVATE }, /privateKey: must be a secret/],
    [{ privateKey: new Secret('x', 'short') }, /privateKey: must be a WireGuard key/],
    [{ peers: undefined }, /peers: is missing/],
    [{ peers: [{ publicKey: 'x', allowedIps: [] }] }, /publicKey: must be a WireGuard key/],
    [{ peers: [{ publicKey: PEER, allowedIps: ['10.88.0.12/24'] }] }, /must be written 10\.88\.0\.0\/24/],
    [{ peers: [{ publicKey: PEER, allowedIps: ['10.88.0.12'] }] }, /must be a network such as/],
    [{ interface: '../etc' }, /interface: must be the name/],
    [{ before: ['docker.service\nExecStart=x'] }, /before\.0: must be a unit/],
  ]
  for (const [wrong, message] of refused) {
    it(`refuses: ${message.source}`, () => {
      assert.throws(() => wireguard('it', { ...args, ...wrong } as WireguardArgs), message)
    })
  }
})

describe('reading WireGuard', () => {
  for (const [name, shell] of Object.entries(SHELLS)) {
    it(`answers for an interface that is not there, under ${name}`, async () => {
      const reply = await run(shell, { script: wireguardInterface.ask(['rp-none', 'rp-no']) })
      const answers = wireguardInterface.parse(reply, ['rp-no', 'rp-none'])
      for (const answer of answers) {
        assert.ok(!(answer instanceof Error))
        assert.deepEqual([answer.config, answer.exists, answer.peers], ['absent', false, []])
      }
    })

    it(`lets no key out of the host, under ${name}`, async () => {
      // The script's own function, fed with what `wg show wg0 dump` prints.
      const script = wireguardInterface.ask(['x'])
      const dump = [
        [PRIVATE, 'PUBLIC=', '51820', 'off'],
        [PEER, reveal(PSK), '192.0.2.12:51820', '10.88.0.13/32,10.88.0.12/32', '0', '0', '0', '25'],
        ['SECOND=', '(none)', '(none)', '(none)', '0', '0', '0', 'off'],
      ]
      const stdin = dump.map((fields) => `${fields.join('\t')}\n`).join('')
      const reply = await run(shell, { script: script.replace(/\nfor name in[^]*$/, '\nlive'), stdin })
      const text = `interface wg0\nconfig ours\n${reply.stdout.toString()}`
      assert.ok(!text.includes(PRIVATE) && !text.includes(reveal(PSK)), text)
      const [answer] = wireguardInterface.parse({ ...reply, stdout: Buffer.from(text) }, ['wg0'])
      assert.ok(answer !== undefined && !(answer instanceof Error))
      assert.deepEqual([answer.publicKey, answer.listenPort], ['PUBLIC=', 51820])
      assert.deepEqual(answer.peers, [
        {
          publicKey: PEER,
          allowedIps: ['10.88.0.12/32', '10.88.0.13/32'],
          keepalive: 25,
          preshared: sum(reveal(PSK)),
        },
        { publicKey: 'SECOND=', allowedIps: [], keepalive: 0, preshared: undefined },
      ])
    })
  }
})

describe('networks', () => {
  const written: [string, string | undefined][] = [
    ['10.88.0.11/24', '10.88.0.0/24'],
    ['10.88.0.11/32', '10.88.0.11/32'],
    ['1.2.3.4/0', '0.0.0.0/0'],
    ['FD00:0:0::1/64', 'fd00::/64'],
    ['::/0', '::/0'],
    ['fd00:1:2:3:4:5:6:7/127', 'fd00:1:2:3:4:5:6:6/127'],
    ['10.88.0.11', undefined],
    ['10.88.0.11/33', undefined],
    ['10.88.0.256/8', undefined],
    ['x/8', undefined],
  ]
  for (const [text, normal] of written) it(`${text} is ${normal}`, () => assert.equal(network(text), normal))

  it('stay what they are', () => {
    const address = fc.oneof(
      fc.ipV4().map((ip) => [ip, 32] as const),
      fc.ipV6().map((ip) => [ip, 128] as const),
    )
    fc.assert(
      fc.property(address, fc.nat(128), ([ip, width], length) => {
        const normal = network(`${ip}/${Math.min(length, width)}`)
        fc.pre(normal !== undefined && !ip.includes('.') === !normal.includes('.'))
        assert.equal(network(normal!), normal)
        assert.ok(contains(normal!, `${ip}/${width}`))
      }),
    )
  })

  it('contain others of their family only', () => {
    assert.ok(contains('10.88.0.0/24', '10.88.0.12/32'))
    assert.ok(!contains('10.88.0.0/24', '10.88.1.12/32'))
    assert.ok(!contains('10.88.0.0/24', '10.88.0.0/16'))
    assert.ok(!contains('0.0.0.0/0', 'fd00::/64'))
  })
})
