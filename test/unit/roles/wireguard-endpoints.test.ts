import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret, type Task } from 'run-playbook'
import { quote } from '../../../lib/core/sh.ts'
import { compileTemplate } from '../../../lib/templates/index.ts'
import { wireguardRole } from '../../../roles/wireguard/role.ts'
import { flatten } from '../../../lib/core/task.ts'

const KEY = 'gHWNhZDzR4Hpc8yqTFBl3LhGcbbJc3bCVEMMtcGvjUY='
const SHELLS = [['dash'], ['bash'], ['busybox', 'sh']] as const

describe('WireGuard peers that are given by name', () => {
  let dir: string
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'endpoints-'))))
  afterEach(() => rmSync(dir, { recursive: true }))

  const tasks = (...endpoints: (string | undefined)[]): string[] =>
    flatten(
      wireguardRole({
        address: '10.88.0.11/24',
        privateKey: new Secret('key', KEY),
        peers: endpoints.map((endpoint, i) => ({ publicKey: KEY, address: `10.88.0.${12 + i}`, endpoint })),
      }).tasks,
    ).map((entry) => (entry as Task).name)

  it('have a timer that looks for them, and others need none', () => {
    for (const one of ['192.0.2.12', '192.0.2.12:51821', 'fd00::12', '[fd00::12]:51821', undefined])
      assert.deepEqual(tasks(one), ['wg0', 'no look for peers'])
    for (const one of ['db.example', 'db.example:51821', 'node-b'])
      assert.equal(tasks('192.0.2.12', one).at(-1), 'peers are looked for')
  })

  for (const shell of SHELLS)
    it(`are looked for when they are silent, and only then, under ${shell.join(' ')}`, () => {
      const now = Math.floor(Date.now() / 1000)
      const peers: [key: string, endpoint: string, handshake: number][] = [
        ['SILENT=', 'b.example:51820', now - 300],
        ['NEVER=', 'c.example:51821', 0],
        ['FINE=', 'd.example:51820', now - 100],
        ['ADDRESS=', '192.0.2.12:51820', 0],
        ['ADDRESS6=', '[fd00::12]:51820', 0],
      ]
      const config = join(dir, 'wg0.conf')
      writeFileSync(
        config,
        peers.map(([key, at]) => `\n[Peer]\nPublicKey = ${key}\nEndpoint = ${at}\n`).join(''),
      )
      const known = peers.map(([key, , at]) => `${key}\\t${at}\\n`).join('')
      writeFileSync(
        join(dir, 'wg'),
        `#!/bin/sh\ncase $1 in show) printf '${known}' ;; *) echo "$*" >> '${dir}/calls' ;; esac\n`,
      )
      chmodSync(join(dir, 'wg'), 0o755)
      const program = compileTemplate({
        file: new URL('../../../roles/wireguard/templates/run-endpoints.hbs', import.meta.url),
      }).render({ interface: quote('wg0'), config: quote(config) })
      const [command, ...args] = [...shell, '-c', String(program)]
      const { status, stderr } = spawnSync(command, args, {
        env: { PATH: `${dir}:${process.env['PATH']}`, HOME: dir },
        encoding: 'utf8',
      })
      assert.deepEqual([status, stderr], [0, ''])
      assert.equal(
        readFileSync(join(dir, 'calls'), 'utf8'),
        'set wg0 peer SILENT= endpoint b.example:51820\nset wg0 peer NEVER= endpoint c.example:51821\n',
      )
    })
})
