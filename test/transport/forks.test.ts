import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { shell } from '../../lib/modules/index.ts'
import { createTransport } from '../../lib/transport/index.ts'
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
    if (folder) rmSync(folder, { recursive: true })
    await link?.close()
    await sshd?.stop()
    if (lock !== undefined) rmSync(lock, { force: true })
  })

  const begun = (): string => join(folder, 'begun')
  const run = (config: string, emit: (host: string) => void, stopNow: AbortController) => {
    const sshConfigFile = sshd.sshConfig(`Host host-1
  Port ${link.port}
  HostKeyAlias [127.0.0.1]:${sshd.port}
${config}`)
    return runLocal(
      ({ name }) => [
        // Ends with the test at the latest.
        shell('work', {
          script: name === 'host-1' ? `: >${begun()}; while [ -e ${begun()} ]; do sleep 0.2; done` : 'true',
        }),
      ],
      {
        hosts: 2,
        forks: 1,
        transport: createTransport({ sshConfigFile }),
        connection: 'ssh',
        stopNow,
        stop: stopNow,
        onEvent: (event) => {
          if (event.type === 'task' || event.type === 'unreachable') emit(event.host)
        },
      },
    )
  }

  it('gives its place to another one, long before it is known to be lost', async () => {
    const ended: string[] = []
    const stopNow = new AbortController()
    const emit = (host: string): void => {
      ended.push(host)
      stopNow.abort()
    }
    const running = run('  ServerAliveInterval 1\n  ServerAliveCountMax 40\n', emit, stopNow)
    while (!existsSync(begun())) await Promise.race([running, sleep(20)])
    link.cutAfter(0, 'stalled')
    await running
    assert.equal(ended[0], 'host-2')
  })
})
