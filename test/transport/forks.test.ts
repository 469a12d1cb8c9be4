import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { shell } from '../../lib/modules/index.ts'
import { createTransport } from '../../lib/transport/index.ts'
import type { Transport } from '../../lib/transport/transport.ts'
import { runLocal } from '../support/run-local.ts'
import { type CutLink, cutLink } from './cut-link.ts'
import { type Sshd, USER, startSshd } from './sshd.ts'

describe('a host that falls silent in the middle of a change', function () {
  this.timeout(40_000)
  let sshd: Sshd
  let link: CutLink
  let folder: string
  let lock: string | undefined
  before(async function () {
    if (process.getuid?.() !== 0) this.skip()
    sshd = await startSshd()
    lock = `/tmp/run-playbook-${execFileSync('id', ['-u', USER]).toString().trim()}.lock`
    link = await cutLink(sshd.port)
    folder = mkdtempSync(join(tmpdir(), 'rp-forks.'))
    chmodSync(folder, 0o777)
  })
  after(async () => {
    // The change ends, too.
    if (folder) rmSync(folder, { recursive: true })
    await link?.close()
    // Before the user goes: the next one may get its number, and with that its lock.
    if (lock !== undefined) rmSync(lock, { force: true })
    await sshd?.stop()
  })

  it('gives its place to another one, long before it is known to be lost', async () => {
    const begun = join(folder, 'begun')
    const config = `Host host-1
  Port ${link.port}
  HostKeyAlias [127.0.0.1]:${sshd.port}
  ServerAliveInterval 1
  ServerAliveCountMax 60
`
    const overSsh = createTransport({ sshConfigFile: sshd.sshConfig(config) })
    const end = new AbortController()
    const transport: Transport = {
      connect: async (host, signal) => {
        // Its change begins when that of host-1 is under way.
        while (host.name === 'host-2' && !existsSync(begun) && !signal.aborted) await sleep(20)
        if (host.name === 'host-2') link.cutAfter(0, 'stalled')
        return overSsh.connect(host, signal)
      },
    }
    const change = `: >${begun}; while [ -e ${begun} ]; do sleep 0.2; done`
    const ended: string[] = []
    await runLocal(({ name }) => [shell('work', { script: name === 'host-1' ? change : 'true' })], {
      hosts: 2,
      forks: 1,
      transport,
      connection: 'ssh',
      stop: end,
      stopNow: end,
      onEvent: (event) => {
        if (event.type !== 'task' && event.type !== 'unreachable') return
        ended.push(event.host)
        end.abort()
      },
    })
    assert.equal(ended[0], 'host-2')
  })
})
