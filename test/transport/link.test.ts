import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TaskList } from '../../lib/core/task.ts'
import { copy, file, shell } from '../../lib/modules/index.ts'
import { createTransport, ssh } from '../../lib/transport/index.ts'
import type { Transport } from '../../lib/transport/transport.ts'
import { LONG } from '../support/often.ts'
import { type LocalRun, runLocal } from '../support/run-local.ts'
import { ageLock } from './aged-lock.ts'
import { type CutLink, type End, cutLink } from './cut-link.ts'
import { type Sshd, USER, startSshd } from './sshd.ts'

const BODY = 'a line of a file\n'.repeat(20_000)

const tasks = (root: string): TaskList => {
  const at = (name: string): string => join(root, name)
  const handler = shell('handle', { script: `cp ${at('file')} ${at('handled')}` })
  return [
    file('folder', { path: at('folder'), state: 'directory' }),
    copy('file', { dest: at('file'), content: BODY }, { notify: handler }),
    shell('count', {
      script: `echo once >> ${at('counter')}; touch ${at('counted')}`,
      creates: at('counted'),
    }),
    copy('last', { dest: at('folder/last'), content: BODY }),
  ]
}

for (const client of ['auto', 'openssh'] as const) {
  describe(`a link that ends at any message, ${client === 'auto' ? 'over ssh2' : "over OpenSSH's own client"}`, function () {
    this.timeout(3_600_000)
    let sshd: Sshd
    let link: CutLink
    /** For the run whose link ends, and for the others, which may take their time. */
    let hasty: string
    let patient: string
    let lock: string
    before(async function () {
      if (process.getuid?.() !== 0) this.skip()
      sshd = await startSshd()
      link = await cutLink(sshd.port)
      lock = `/tmp/run-playbook-${execFileSync('id', ['-u', USER]).toString().trim()}.lock`
      const target = `  Port ${link.port}\n  HostKeyAlias [127.0.0.1]:${sshd.port}\n`
      patient = sshd.sshConfig(`Host *\n${target}  ConnectTimeout 60\n`)
      hasty = sshd.sshConfig(
        `Host *\n${target}  ConnectTimeout 5\n  ServerAliveInterval 1\n  ServerAliveCountMax 2\n`,
      )
    })
    after(async () => {
      await link?.close()
      // Before the user goes: the next one may get its number, and with that its lock.
      if (lock !== undefined) rmSync(lock, { force: true })
      await sshd?.stop()
    })

    const run = (root: string, sshConfigFile = patient): Promise<LocalRun> => {
      const way = createTransport({ sshConfigFile })
      const connection = ssh({ transport: client })
      const transport: Transport = {
        ...way,
        connect: (host, signal) => way.connect({ ...host, connection }, signal),
      }
      return runLocal(() => tasks(root), { transport, connection: 'ssh' })
    }

    /** @returns the messages of a whole run */
    const messages = async (): Promise<number> => {
      const root = place()
      link.cutAfter(Infinity, 'dropped')
      assert.equal((await run(root)).recap.exitCode, 0)
      rmSync(root, { recursive: true })
      return link.messages
    }

    const tryOnce = async (at: number, end: End): Promise<void> => {
      const root = place()
      const read = (name: string): string => readFileSync(join(root, name), 'utf8')
      link.cutAfter(at, end)
      const first = await run(root, hasty)
      const lost = first.recap.exitCode === 4
      if (!lost) assert.deepEqual(first.recap.exitCode, 0)
      if (!lost) assert.deepEqual(first.statuses, ALL)
      for (const name of ['file', 'folder/last'])
        if (existsSync(join(root, name))) assert.equal(read(name), BODY, `${name} is half-written`)
      // The host has not heard of it. In a minute the next run would find that out by itself.
      if (link.cut && end === 'stalled' && existsSync(lock)) ageLock(lock, 60)
      const told = JSON.stringify(first.events)
      link.cutAfter(Infinity, 'dropped')
      const second = await run(root)
      assert.equal(second.recap.exitCode, 0, JSON.stringify(second.recap))
      assert.equal(read('file'), BODY)
      assert.equal(read('folder/last'), BODY)
      assert.equal(read('handled'), BODY)
      const counted = read('counter').split('\n').length - 1
      if (counted > 1) assert.match(told, /count.*may have/, 'it was run twice without a word')
      const third = await run(root)
      assert.deepEqual(third.statuses, ['folder: ok', 'file: ok', 'count: ok', 'last: ok'])
      assert.deepEqual(readdirSync(root).sort(), ['counted', 'counter', 'file', 'folder', 'handled'])
      rmSync(root, { recursive: true })
    }

    for (const end of ['dropped', 'stalled'] as const)
      it(`leaves nothing that the next run does not mend, when it is ${end}`, async () => {
        const all = await messages()
        const seed = Number(process.env['LINK_SEED'] ?? 7)
        const every = LONG ? 1 : Math.ceil(all / (end === 'dropped' ? 5 : 3))
        for (let at = seed % every; at <= all; at += every) {
          try {
            await tryOnce(at, end)
          } catch (error) {
            throw new Error(`${end} after ${at} of ${all} messages`, { cause: error })
          }
        }
      })
  })
}

const ALL = ['folder', 'file', 'count', 'last', 'handle'].map((name) => `${name}: changed`)

function place(): string {
  const root = mkdtempSync(join(tmpdir(), 'link-'))
  chmodSync(root, 0o777)
  return root
}
