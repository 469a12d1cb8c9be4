import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Link } from '../../lib/transport/connection-type.ts'
import { ShellConnection } from '../../lib/transport/connection.ts'
import { processChannel } from '../../lib/transport/connections/process-link.ts'
import { type Connection, type Script, SKIPPED, TIMED_OUT } from '../../lib/transport/transport.ts'
import { LOCK, UID, connectAsUser } from './as-user.ts'
import { makeBusyboxRoot, removeBusyboxRoot } from './busybox-root.ts'

describe('a host whose sh is', () => {
  after(() => rmSync(LOCK, { force: true }))

  for (const shell of ['/bin/dash', '/bin/bash']) {
    it(shell, async function () {
      if (!existsSync(shell)) this.skip()
      const connection = connectAsUser(UID, {}, shell)
      const body = Buffer.from([0, 255, 10, 10])
      const replies = await connection.exchange(
        [
          { kind: 'step', script: 'cat', stdin: body },
          { kind: 'step', script: `readlink /proc/$(cut -d' ' -f4 /proc/$PPID/stat)/exe; exit 1` },
          { kind: 'step', script: 'cat', stdin: body },
          { kind: 'probe', script: 'kill -9 $$' },
        ],
        { user: 'login', lock: true },
      )
      await connection.close()
      assert.deepEqual(
        replies.map(({ code }) => code),
        [0, 1, SKIPPED, 137],
      )
      assert.deepEqual(replies[0]?.stdout, body)
      assert.match(String(replies[1]?.stdout), new RegExp(`${shell.slice(4)}\n$`))
    })
  }
})

const chrooted = (root: string): Link => ({
  host: 'box',
  isRoot: true,
  openChannel: async (command) => processChannel(spawn('chroot', [root, '/bin/sh', '-c', command])),
  forward: () => Promise.reject(new Error('not here')),
  close: async () => {},
})

describe('a host that has nothing but busybox', function () {
  let root: string
  let connection: Connection
  const run = (...scripts: Script[]) => connection.exchange(scripts, { user: 'login', lock: true })

  before(function () {
    if (process.getuid?.() !== 0) this.skip()
    root = makeBusyboxRoot()
    connection = new ShellConnection(chrooted(root), {})
  })
  after(async () => {
    await connection?.close()
    if (root === undefined) return
    assert.deepEqual(readdirSync(join(root, 'tmp')), [])
    removeBusyboxRoot(root)
  })

  it('runs batches', async () => {
    const body = Buffer.from(Array.from({ length: 2_500_000 }, (_, i) => i % 256))
    const replies = await run(
      { kind: 'probe', script: 'echo probe; echo trouble >&2; exit 4' },
      { kind: 'probe', script: 'cat', stdin: Buffer.from([0, 255, 10]) },
      { kind: 'step', script: 'tail -c 3 | od -An -tu1', stdin: body },
      { kind: 'step', script: `: ${'x'.repeat(200_000)}; seq 1 100000` },
      { kind: 'step', script: 'kill -9 0' },
      { kind: 'step', script: 'echo never', stdin: body },
      { kind: 'probe', script: 'echo "$PATH"; readlink /proc/$$/exe' },
    )
    assert.deepEqual(
      replies.map(({ code }) => code),
      [4, 0, 0, 0, 137, SKIPPED, 0],
    )
    assert.equal(String(replies[0]?.stderr), 'trouble\n')
    assert.deepEqual(replies[1]?.stdout, Buffer.from([0, 255, 10]))
    assert.equal(String(replies[2]?.stdout).trim().replace(/\s+/g, ' '), [157, 158, 159].join(' '))
    assert.match(String(replies[3]?.stdout), /\n100000\n$/)
    assert.equal(replies[3]?.stdout.length, 256 * 1024)
    assert.match(String(replies[6]?.stdout), /bin\/busybox\n$/)
  })

  it('ends a script that hangs, with all that it started', async () => {
    const marker = `${100_000 + process.pid}`
    const replies = await run(
      { kind: 'probe', script: `trap '' TERM; sleep ${marker}; true`, timeoutMs: 1000 },
      { kind: 'probe', script: 'sleep 1; cat /proc/[0-9]*/cmdline' },
    )
    assert.equal(replies[0]?.code, TIMED_OUT)
    const running = String(replies[1]?.stdout)
    assert.ok(running.includes('cmdline') && !running.includes(`sleep\0${marker}`))
  })
})
