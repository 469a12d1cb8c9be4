import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nftables } from '../../../../lib/modules/index.ts'
import { createTransport, ssh } from '../../../../lib/transport/index.ts'
import { install } from '../../../support/install.ts'
import { type Namespace, inPlaceOf, makeNamespace } from '../../../support/namespace.ts'
import { runLocal } from '../../../support/run-local.ts'
import { type Sshd, startSshd } from '../../../transport/sshd.ts'
import { run } from '../driver.ts'

/** A host in a network of its own, with a real sshd: rules of its firewall keep out whoever they keep out. */
describe('nftables, over SSH', function () {
  this.timeout(400_000)
  let root: string
  let own: Namespace
  let sshd: Sshd
  let server: ChildProcess
  before(function () {
    if (process.getuid?.() !== 0) return this.skip()
    install('/usr/sbin/nft', 'nftables')
    install('/usr/bin/nc', 'netcat-openbsd')
  })
  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'rp-nft.'))
    for (const folder of ['etc', 'run/sshd', 'lib']) mkdirSync(join(root, folder), { recursive: true })
    for (const file of ['passwd', 'group', 'shadow', 'services', 'protocols'])
      if (existsSync(`/etc/${file}`)) cpSync(`/etc/${file}`, join(root, 'etc', file))
    writeFileSync(join(root, 'etc/nftables.conf'), '')
    sshd = await startSshd()
    // Its keys and its configuration are of use; the server itself is to be on the other network.
    await sshd.quit()
    const places = inPlaceOf(root, { etc: '/etc', run: '/run', lib: '/var/lib' })
    own = await makeNamespace(['--net', '--mount'], `${places} && ip link set lo up`)
    const [program = '', ...words] = own.enter
    server = spawn(program, [...words, '/usr/sbin/sshd', '-D', '-f', `${sshd.dir}/sshd_config`], {
      stdio: 'ignore',
    })
  })
  afterEach(async () => {
    if (server?.kill()) await once(server, 'exit')
    await own?.remove()
    await sshd?.stop()
    rmSync(root, { recursive: true, force: true })
  })

  const inside = async (script: string): Promise<string> =>
    (await run([...own.enter, 'sh'], { script })).stdout.toString()
  const through = async (content: string, confirmWithinMs = 300_000) => {
    const relay = `${own.enter.join(' ').replace(/ --.*/, '')} --net nc 127.0.0.1 ${sshd.port}`
    const config = sshd.sshConfig(`Host *\n  User root\n  ProxyCommand ${relay}\n`)
    const transport = createTransport({ sshConfigFile: config })
    return runLocal(() => [nftables('rules', { table: 'own', content, confirmWithinMs })], {
      connection: 'ssh',
      transport: {
        connect: (host, signal) => transport.connect({ ...host, connection: ssh() }, signal),
      },
    })
  }
  const chain = (rule: string): string =>
    `chain input {\n  type filter hook input priority filter; policy accept;\n  ${rule}\n}`

  it('stays when the operator still gets in', async () => {
    const first = await through(chain(`tcp dport ${sshd.port} accept`))
    assert.deepEqual(first.statuses, ['rules: changed'])
    assert.deepEqual((await through(chain(`tcp dport ${sshd.port} accept`))).statuses, ['rules: ok'])
    assert.equal(await inside('ls /run | grep nftables'), '')
  })

  for (const [what, lockout] of [
    ['new connections alone', (port: number) => `tcp flags & (syn | ack) == syn tcp dport ${port} drop`],
    ['connections that are there too', (port: number) => `tcp dport ${port} drop`],
  ] as const)
    it(`goes back by itself when it keeps out ${what}`, async () => {
      const good = chain(`tcp dport ${sshd.port} accept`)
      assert.deepEqual((await through(good)).statuses, ['rules: changed'])
      const before = await inside('nft list ruleset; cat /etc/nftables.d/*')
      const locked = await through(chain(lockout(sshd.port)), 4000)
      assert.deepEqual(locked.statuses, ['rules: failed'])
      assert.match(
        String(locked.tasks[0]?.error?.message),
        /not confirmed by a new connection within 4 seconds, so it was taken back/,
      )
      assert.equal(await inside('nft list ruleset; cat /etc/nftables.d/*'), before)
      const again = await through(good)
      assert.deepEqual([again.statuses, again.tasks[0]?.changes], [['rules: ok'], []])
    })

  it('goes back to no table where there was none', async () => {
    const locked = await through(chain(`tcp dport ${sshd.port} drop`), 4000)
    assert.deepEqual(locked.statuses, ['rules: failed'])
    assert.equal(await inside('nft list ruleset; ls /etc/nftables.d'), '')
  })
})
