import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { paths } from '../../../../lib/core/resource.ts'
import type { TaskList } from '../../../../lib/core/task.ts'
import { type SshKeypairArgs, shell as shellTask, sshKeypair } from '../../../../lib/modules/index.ts'
import { driveTask } from '../../../../lib/testing/drive-task.ts'
import type { TestShell } from '../../../../lib/testing/shells.ts'
import { makeNamespace } from '../../../support/namespace.ts'
import { runOn } from '../../../support/run-on.ts'
import { itAsRoot, useTemp } from '../driver.ts'
import { hostsWithout, withPath } from '../tool-folders.ts'
import { KEY_SHELLS, pairOf, readKey } from './ssh-keys.ts'

describe('a key pair', () => {
  const shell = KEY_SHELLS['dash'] ?? ['dash']
  const temp = useTemp()
  const at = (path: string): string => join(temp(), path)
  const run = (args: Partial<SshKeypairArgs>, inside: TestShell = shell) =>
    driveTask(sshKeypair('it', { path: at('home/id'), type: 'ed25519', ...args }), inside)
  beforeEach(() => {
    mkdirSync(at('home'))
    mkdirSync(at('bin'))
  })
  const old = (): void => {
    writeFileSync(at('home/id'), pairOf('rsa')[0], { mode: 0o600 })
    writeFileSync(at('home/id.pub'), pairOf('rsa')[1], { mode: 0o644 })
  }
  /** A program that is called in the place of another one. */
  const instead = (name: string, text: string): TestShell => {
    writeFileSync(at(`bin/${name}`), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
    return withPath(shell, at('bin'))
  }
  const names = (): string[] => readdirSync(at('home'))

  for (const signal of ['KILL', 'TERM', 'HUP'])
    it(`stays as it is when the change is stopped while a key is made (${signal})`, async () => {
      old()
      const stopped = instead(
        'ssh-keygen',
        `/usr/bin/ssh-keygen "$@" || exit; case $* in *-y*) ;; *) kill -${signal} $PPID; sleep 0.1 ;; esac`,
      )
      await assert.rejects(run({}, stopped))
      assert.deepEqual([readFileSync(at('home/id')), readFileSync(at('home/id.pub'))], pairOf('rsa'))
      assert.equal(names().length, signal === 'KILL' ? 3 : 2)
      const done = await run({})
      assert.deepEqual([done.left, done.wrong, names()], [[], [], ['id', 'id.pub']])
    })

  it('is whole when the change is stopped between the two files', async () => {
    old()
    const stopped = instead('mv', `/usr/bin/mv "$@"; kill -KILL $PPID`)
    await assert.rejects(run({}, stopped))
    const { type, fingerprint } = readKey(at('home/id'))
    assert.equal(type, 'ed25519')
    assert.deepEqual(readFileSync(at('home/id.pub')), pairOf('rsa')[1])
    const done = await run({})
    assert.deepEqual(
      done.changes.map(({ what }) => what),
      ['public key content'],
    )
    assert.equal(done.after.fingerprint, fingerprint)
    await run({ regenerate: 'always' })
    assert.deepEqual(names(), ['id', 'id.pub'])
  })

  it('that somebody else makes meanwhile is not lost', async () => {
    const [secret] = pairOf('another ed25519')
    writeFileSync(at('theirs'), secret, { mode: 0o600 })
    const slow = instead(
      'ssh-keygen',
      `case $* in *-y*) ;; *) cp -p ${at('theirs')} ${at('home/id')} ;; esac; exec /usr/bin/ssh-keygen "$@"`,
    )
    for (const before of [() => {}, old]) {
      before()
      await assert.rejects(run({}, slow), /id was changed meanwhile, and is left as it is/)
      assert.deepEqual(readFileSync(at('home/id')), secret)
      assert.ok(names().every((name) => name.startsWith('id')))
      execFileSync('rm', ['-f', at('home/id')])
    }
  })

  it('never shows the private key, and is made without a question', async () => {
    const done = await run({ comment: "it's $(mine) -N x" })
    const told = JSON.stringify([done.before, done.after, done.steps, done.replies])
    const [, line = ''] = readFileSync(at('home/id'), 'utf8').split('\n').slice(1)
    assert.ok(line.length > 60 && !told.includes(line))
    assert.equal(done.after.comment, "it's $(mine) -N x")
  })

  itAsRoot('that the user of the task may not read is an error', async () => {
    old()
    chmodSync(temp(), 0o755)
    chmodSync(at('home'), 0o755)
    const nobody: TestShell = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...shell]
    await assert.rejects(run({}, nobody), { code: 'E_CANNOT_LOOK' })
  })

  it('needs ssh-keygen', async () => {
    const none = hostsWithout(['ssh-keygen'])['the tools of BusyBox'] ?? assert.fail()
    await assert.rejects(run({}, none), { code: 'E_NO_SSH_KEYGEN' })
    old()
    await assert.rejects(run({}, none), { code: 'E_NO_SSH_KEYGEN' })
    const done = await run({ state: 'absent' }, none)
    assert.deepEqual([done.left, done.wrong, names()], [[], [], []])
  })

  itAsRoot('is unknown in a dry run where an earlier task may install ssh-keygen', async () => {
    writeFileSync(at('none'), '')
    const own = await makeNamespace(['--mount'], `mount --bind '${at('none')}' /usr/bin/ssh-keygen`)
    try {
      const install = shellTask('install', { script: 'true' }, { touches: [paths.at('/usr/bin/ssh-keygen')] })
      const it = sshKeypair('it', { path: at('home/id'), type: 'ed25519' })
      const dry = (tasks: TaskList) => runOn([...own.enter, 'dash'], () => tasks, { check: true, diff: true })
      assert.deepEqual((await dry([it])).statuses, ['it: failed'])
      assert.deepEqual((await dry([install, it])).statuses, ['install: would-change', 'it: unknown'])
    } finally {
      await own.remove()
    }
  })
})
