import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { from } from '../../../../lib/core/deferred.ts'
import { type SshKeypairArgs, debug, file, sshKeypair } from '../../../../lib/modules/index.ts'
import { driveTask } from '../../../../lib/testing/drive-task.ts'
import type { TestShell } from '../../../../lib/testing/shells.ts'
import { LONG } from '../../../support/often.ts'
import { runOn } from '../../../support/run-on.ts'
import { itAsRoot, useTemp } from '../driver.ts'
import { CASES } from './ssh-keypair-cases.ts'
import { KEY_SHELLS, pairOf, readKey } from './ssh-keys.ts'

const words = (text: string): string[] => text.trim().split(' ')

for (const [name, shell] of Object.entries(KEY_SHELLS)) {
  if (name === 'bash' && !LONG) continue
  describe(`a key pair, with ${name}`, () => {
    const temp = useTemp()
    const at = (path: string): string => join(temp(), path)
    const key = (): string => at('id')
    const bytes = (path: string): Buffer | undefined => (existsSync(path) ? readFileSync(path) : undefined)
    const both = () => [bytes(key()), bytes(`${key()}.pub`)] as const
    const run = (args: Partial<SshKeypairArgs>, inside: TestShell = shell) =>
      driveTask(sshKeypair('it', { path: key(), ...args }), inside)

    for (const [what, { secret, open, args = {}, is, code }] of Object.entries(CASES)) {
      // What becomes of a key is decided without the host.
      if (name !== 'dash' && !LONG && ['never', 'fail', 'always'].includes(args.regenerate ?? '')) continue
      it(`${what}: ${is}`, async () => {
        if (secret !== undefined) writeFileSync(key(), pairOf(secret)[0], { mode: 0o600 })
        if (open !== undefined) writeFileSync(`${key()}.pub`, pairOf(open)[1], { mode: 0o644 })
        const before = both()
        if (is === 'failed') {
          await assert.rejects(run(args), { code })
          assert.deepEqual(both(), before)
          return
        }
        const done = await run(args)
        assert.deepEqual([done.left, done.wrong], [[], []])
        assert.equal(done.changes.length > 0, is !== 'kept')
        if (is === 'kept') assert.deepEqual(both(), before)
        if (is === 'gone') assert.deepEqual(readdirSync(temp()), [])
        if (is === 'made' || is === 'mended') {
          const { open: wanted, size, type } = readKey(key())
          const now = readFileSync(`${key()}.pub`, 'utf8')
          assert.deepEqual(words(now).slice(0, 2), words(wanted).slice(0, 2))
          assert.match(now, /^[^\n]+\n$/)
          if (is === 'mended') assert.deepEqual(both()[0], before[0])
          else {
            assert.notDeepEqual(both()[0], before[0])
            assert.deepEqual([type, size], [args.type, args.size ?? 256])
          }
          if (args.comment !== undefined) assert.equal(words(now).slice(2).join(' '), args.comment)
          assert.deepEqual(readdirSync(temp()), ['id', 'id.pub'])
          assert.deepEqual(modes(), ['600', '644'])
        }
        if (args.regenerate !== 'always') assert.deepEqual((await run(args)).changes, [])
      })
    }
    const modes = (): string[] =>
      [key(), `${key()}.pub`].map((path) => (statSync(path).mode & 0o7777).toString(8))

    it('is known to later tasks', async () => {
      for (const type of ['ed25519', 'ecdsa', 'rsa'] as const) {
        const size = type === 'rsa' ? 1024 : type === 'ecdsa' ? 384 : 256
        const done = await run({ type, size, comment: ' of  mine ' })
        const { fingerprint } = readKey(key())
        const { after } = done
        assert.deepEqual(
          [after.type, after.size, after.fingerprint, after.comment, after.path],
          [type, size, fingerprint, 'of  mine', key()],
        )
        assert.equal(`${after.publicKey}\n`, readFileSync(`${key()}.pub`, 'utf8'))
      }
    })

    it('keeps its comment when it is replaced, and when the public key is lost', async () => {
      await run({ type: 'ed25519', comment: 'old one' })
      assert.equal((await run({ type: 'rsa', size: 1024 })).after.comment, 'old one')
      writeFileSync(`${key()}.pub`, '')
      assert.equal((await run({ type: 'rsa', size: 1024 })).after.comment, 'old one')
      const long = 'ä'.repeat(500)
      assert.equal((await run({ type: 'ed25519', comment: long, regenerate: 'always' })).after.comment, long)
      writeFileSync(`${key()}.pub`, `${readFileSync(`${key()}.pub`, 'utf8').trim()}${long}\n`)
      const { left, after } = await run({ type: 'ed25519', regenerate: 'always' })
      assert.deepEqual([left, after.comment], [[], ''])
    })

    it('is read where others may read it, and then closed to them', async () => {
      writeFileSync(key(), pairOf('ed25519')[0])
      writeFileSync(`${key()}.pub`, pairOf('ed25519')[1], { mode: 0o640 })
      chmodSync(key(), 0o644)
      assert.deepEqual((await run({ type: 'ed25519' })).changes, [])
      const done = await run({ type: 'ed25519', mode: '0600' })
      assert.deepEqual(
        [done.changes, done.left, done.wrong],
        [[{ what: 'mode', from: '0644', to: '0600' }], [], []],
      )
      assert.deepEqual(modes(), ['600', '640'])
    })

    it('keeps the modes of the old one when it is replaced', async () => {
      writeFileSync(key(), pairOf('ed25519')[0])
      writeFileSync(`${key()}.pub`, pairOf('ed25519')[1])
      chmodSync(key(), 0o640)
      chmodSync(`${key()}.pub`, 0o600)
      await run({ type: 'ecdsa' })
      assert.deepEqual(modes(), ['640', '600'])
    })

    it('is no link and no directory', async () => {
      writeFileSync(at('target'), pairOf('ed25519')[0], { mode: 0o600 })
      symlinkSync('target', key())
      await assert.rejects(run({ type: 'ed25519', regenerate: 'always' }), { code: 'E_OTHER_KIND' })
      await assert.rejects(run({ state: 'absent' }), { code: 'E_OTHER_KIND' })
      mkdirSync(at('folder'))
      await assert.rejects(run({ path: at('folder') }), { code: 'E_OTHER_KIND' })
      writeFileSync(at('other'), pairOf('ed25519')[0], { mode: 0o600 })
      symlinkSync('target', at('other.pub'))
      await assert.rejects(run({ path: at('other'), type: 'ed25519' }), { code: 'E_OTHER_KIND' })
      await assert.rejects(run({ path: at('none/id') }), { code: 'E_NO_DIRECTORY' })
      assert.deepEqual(readFileSync(at('target')), pairOf('ed25519')[0])
      assert.deepEqual(readdirSync(temp()), ['folder', 'id', 'other', 'other.pub', 'target'])
    })

    itAsRoot('is made for another user, in a folder of that user', async () => {
      mkdirSync(at('home'))
      chmodSync(temp(), 0o755)
      chownSync(at('home'), 4711, 4711)
      for (const mode of ['700', '2755', '777']) {
        execFileSync('chmod', [mode, at('home')])
        const done = await run({
          path: at('home/id'),
          type: 'ed25519',
          owner: 4711,
          group: 4712,
          regenerate: 'always',
        })
        assert.deepEqual([done.left, done.wrong], [[], []])
        for (const [path, wanted] of [
          ['home/id', 0o600],
          ['home/id.pub', 0o644],
        ] as const) {
          const { uid, gid, mode: is } = statSync(at(path))
          assert.deepEqual([uid, gid, is & 0o7777], [4711, 4712, wanted])
        }
        assert.deepEqual(readdirSync(at('home')), ['id', 'id.pub'])
      }
      const given = await run({ path: at('home/id'), type: 'ed25519', owner: 'root', group: 4712 })
      assert.deepEqual(
        given.changes.map(({ what }) => what),
        ['owner', 'public key owner'],
      )
      assert.deepEqual([given.left, given.wrong], [[], []])
      await run({ path: at('home/id'), state: 'absent' })
      assert.deepEqual(readdirSync(at('home')), [])
    })

    it('is told in a dry run, with what is not known', async () => {
      const task = (what: string, args: Partial<SshKeypairArgs> = {}) =>
        sshKeypair(what, { path: key(), type: 'ed25519', comment: 'it', ...args })
      const tasks = () => {
        const made = task('made')
        return [
          made,
          task('again'),
          debug(
            'says',
            from(made, ({ publicKey, size }) => ({ message: `${publicKey} ${size}` })),
          ),
          file('access', { path: key(), state: 'file', mode: '0600' }),
          task('gone', { state: 'absent' }),
        ]
      }
      const dry = await runOn(shell, tasks, { check: true, diff: true })
      assert.deepEqual(dry.statuses, [
        'made: would-change',
        'again: unknown',
        'says: unknown',
        'access: unknown',
        'gone: unknown',
      ])
      assert.deepEqual(readdirSync(temp()), [])
      const kept = () => tasks().slice(0, -1)
      for (const batch of [true, false]) {
        const done = await runOn(shell, batch ? tasks : kept, { batch })
        assert.deepEqual(done.statuses.slice(0, 4), ['made: changed', 'again: ok', 'says: ok', 'access: ok'])
      }
      writeFileSync(`${key()}.pub`, '')
      const mended = await runOn(shell, tasks, { check: true, diff: true })
      assert.deepEqual(mended.statuses, [
        'made: would-change',
        'again: ok',
        'says: ok',
        'access: ok',
        'gone: would-change',
      ])
    })
  })
}

describe('arguments of a key pair', () => {
  const wrong: Readonly<Record<string, Partial<SshKeypairArgs>>> = {
    'a relative path': { path: 'id' },
    'the path of the public key': { path: '/root/.ssh/id.pub' },
    'a size that RSA does not have': { type: 'rsa', size: 512 },
    'a size that no curve has': { type: 'ecdsa', size: 255 },
    'a size that ed25519 does not have': { type: 'ed25519', size: 512 },
    'a comment of two lines': { comment: 'a\nb' },
    'a comment that ssh-keygen would cut off': { comment: 'ä'.repeat(501) },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuse ${what}`, () => {
      assert.throws(() => sshKeypair('it', { path: '/root/.ssh/id', ...args }), { code: 'E_BAD_ARGUMENT' })
    })
})
