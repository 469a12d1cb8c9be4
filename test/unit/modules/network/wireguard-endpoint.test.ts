import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ShellStep } from '../../../../lib/core/module.ts'
import { Secret, reveal } from '../../../../lib/core/secret.ts'
import { contentPayload } from '../../../../lib/modules/shared/payload.ts'
import { configFile } from '../../../../lib/modules/network/wireguard/config.ts'
import type { UpInterface } from '../../../../lib/modules/network/wireguard/args.ts'
import { wireguard } from '../../../../lib/modules/network/wireguard/module.ts'
import {
  type WireguardInterface,
  wireguardInterface,
} from '../../../../lib/modules/network/wireguard/reader.ts'
import { SHELLS, planOf, run, useTemp } from '../driver.ts'

const KEY = 'gHWNhZDzR4Hpc8yqTFBl3LhGcbbJc3bCVEMMtcGvjUY='
const [PEER, OTHER] = [
  'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=',
  'dGhlIG90aGVyIGtleSBoYXMgMzIgYnl0ZXMgdG9vIG8=',
]
const args: UpInterface = {
  interface: 'wg0',
  privateKey: new Secret('overlay', KEY),
  address: '10.88.0.11/24',
  peers: [
    { publicKey: PEER, endpoint: 'localhost:51820', allowedIps: ['10.88.0.12/32'] },
    { publicKey: OTHER, endpoint: '192.0.2.13:51820', allowedIps: ['10.88.0.13/32'] },
  ],
}

describe('a WireGuard peer whose address changed', () => {
  const folder = useTemp()

  interface Seen {
    readonly endpoint: string
    /** Since the last handshake. */
    readonly seconds: number
  }

  /** What the host says of the first peer and of the second, which is fine; localhost is resolved there. */
  async function look(shell: readonly string[], { endpoint, seconds }: Seen, wanted = args) {
    const file = join(folder(), 'wg0.conf')
    writeFileSync(file, reveal(configFile(wanted)))
    const now = Math.floor(Date.now() / 1000)
    const dump = [
      [KEY, 'PUBLIC=', '51820', 'off'],
      [PEER, '(none)', endpoint, '10.88.0.12/32', seconds < 0 ? 0 : now - seconds, '0', '0', 'off'],
      [OTHER, '(none)', '192.0.2.99:51820', '10.88.0.13/32', now - 5, '0', '0', 'off'],
    ]
    const script = wireguardInterface.ask(['wg0']).replace(/\nfor name in[^]*$/, `\nfile=${file}\nlive`)
    const stdin = dump.map((fields) => `${fields.join('\t')}\n`).join('')
    const { stdout, ...rest } = await run(shell, { script, stdin })
    const all = `interface wg0\nconfig ours\nexists yes\nactive yes\nenabled yes\nmtu 1420\naddress 10.88.0.11/24\n${stdout.toString()}`
    const [answer] = wireguardInterface.parse({ ...rest, stdout: Buffer.from(all) }, ['wg0'])
    assert.ok(answer !== undefined && !(answer instanceof Error), String(answer))
    return answer
  }
  const away = ({ peers }: WireguardInterface) => peers.map((peer) => peer.away)

  // Busybox has no getent; a host with systemd has.
  for (const [name, shell] of Object.entries(SHELLS).filter(([name]) => name !== 'busybox')) {
    it(`is told when it is silent and its name means another address, under ${name}`, async () => {
      const old = '192.0.2.12:51820'
      assert.deepEqual(away(await look(shell, { endpoint: old, seconds: 200 })), [old, undefined])
      assert.deepEqual(away(await look(shell, { endpoint: old, seconds: -1 })), [old, undefined])
      assert.deepEqual(away(await look(shell, { endpoint: '(none)', seconds: -1 })), ['(none)', undefined])
      assert.deepEqual(away(await look(shell, { endpoint: '127.0.0.1:9', seconds: 200 })), [
        '127.0.0.1:9',
        undefined,
      ])
    })

    it(`is nothing to tell of, while it answers from wherever, or is where it should be, under ${name}`, async () => {
      const fine = [undefined, undefined]
      assert.deepEqual(away(await look(shell, { endpoint: '192.0.2.12:51820', seconds: 100 })), fine)
      assert.deepEqual(away(await look(shell, { endpoint: '127.0.0.1:51820', seconds: 900 })), fine)
      // A name that nobody knows: wg would wait for it and fail.
      const [first, second] = args.peers
      const lost = { ...args, peers: [{ ...first!, endpoint: 'no-such-name.invalid:51820' }, second!] }
      assert.deepEqual(away(await look(shell, { endpoint: '192.0.2.12:51820', seconds: 900 }, lost)), fine)
    })

    it(`knows addresses of IPv6, under ${name}`, async () => {
      const [first, second] = args.peers
      const six = { ...args, peers: [{ ...first!, endpoint: '[fd00:0::12]:51820' }, second!] }
      const at = (endpoint: string) => look(shell, { endpoint, seconds: 900 }, six)
      assert.deepEqual(away(await at('[fd00::12]:51820')), [undefined, undefined])
      assert.deepEqual(away(await at('[fd00::13]:51820')), ['[fd00::13]:51820', undefined])
    })
  }

  it('is not told of where nothing can be resolved', async () => {
    const busybox = SHELLS['busybox'] ?? []
    assert.deepEqual(away(await look(busybox, { endpoint: '192.0.2.12:51820', seconds: 900 })), [
      undefined,
      undefined,
    ])
  })

  it('is looked for there again, and no other peer is disturbed', async () => {
    const endpoint = '192.0.2.12:51820'
    const live = await look(['sh'], { endpoint, seconds: 900 })
    const task = wireguard('it', args)
    const { sha256 } = contentPayload(configFile(args))
    const root = { owner: 'root', uid: 0, group: 'root', gid: 0 }
    const id = { id: 0, name: 'root' }
    const publicKey = planOf(task, stateWith({ ...live, publicKey: 'x' })).changes.find(
      ({ what }) => what === 'publicKey',
    )?.to
    const state = stateWith({ ...live, publicKey: String(publicKey) })
    assert.deepEqual(planOf(task, state).changes, [
      { what: `peer ${PEER} endpoint`, from: endpoint, to: 'localhost:51820' },
    ])
    const steps = task.module.apply(task.args, state) as readonly ShellStep[]
    assert.deepEqual(
      steps.map(({ script }) => script),
      [`wg set wg0 peer ${PEER} endpoint localhost:51820`],
    )

    function stateWith(live: WireguardInterface) {
      return {
        live,
        dropIn: undefined,
        file: {
          here: { type: 'file', mode: '0600', size: 1, ...root } as const,
          sha256,
          folder: { type: 'directory', mode: '0700', ...root } as const,
          above: [],
          access: { accounts: { 'user:': id, 'group:': id, 'user:root': id, 'group:root': id } },
        },
      }
    }
  })
})
