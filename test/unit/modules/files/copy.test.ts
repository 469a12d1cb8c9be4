import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ShellStep } from '../../../../lib/core/module.ts'
import { question } from '../../../../lib/core/probe.ts'
import { readBody } from '../../../../lib/modules/shared/text.ts'
import { Secret, isSecret } from '../../../../lib/core/secret.ts'
import { type CopyArgs, copy } from '../../../../lib/modules/files/copy.ts'
import { SHELLS, converge, itAsRoot, observe, run, useTemp } from '../driver.ts'

const hash = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex')

for (const [name, shell] of Object.entries(SHELLS)) {
  describe(`copy under ${name}`, () => {
    const temp = useTemp()
    const at = (path: string): string => join(temp(), path)
    const apply = async (args: CopyArgs): ReturnType<typeof converge> => {
      const done = await converge(copy('it', args), shell)
      assert.deepEqual(done.left, [])
      assert.deepEqual(done.wrong, [])
      return done
    }

    it('brings the content, with mode 0644 unless given', async () => {
      const dest = at("odd 'name' $x")
      const done = await apply({ dest, content: 'hällo\n' })
      assert.deepEqual(done.changes, [
        {
          what: 'content',
          from: 'absent',
          to: hash('hällo\n').slice(0, 12),
          body: { path: dest, wanted: 'hällo\n', now: question(readBody, dest) },
        },
      ])
      assert.equal(readFileSync(dest, 'utf8'), 'hällo\n')
      assert.equal(lstatSync(dest).mode & 0o7777, 0o644)
      const again = await apply({ dest, content: 'hällo\n' })
      assert.deepEqual(again.changes, [])
      assert.match(String(again.plan.because), /^already [0-9a-f]{12} 0644 /)
      assert.deepEqual(readdirSync(temp()), ["odd 'name' $x"])
    })

    itAsRoot('keeps mode and owner of what is there, and changes them when asked', async () => {
      const dest = at('f')
      writeFileSync(dest, 'old')
      execFileSync('chown', ['4242:1', dest])
      chmodSync(dest, 0o4751)
      await apply({ dest, content: 'new' })
      assert.deepEqual(
        [lstatSync(dest).mode & 0o7777, lstatSync(dest).uid, lstatSync(dest).gid],
        [0o4751, 4242, 1],
      )
      const { changes, steps } = await apply({ dest, content: 'new', mode: '0600', owner: 'root' })
      assert.deepEqual(changes, [
        { what: 'mode', from: '4751', to: '0600' },
        { what: 'owner', from: 'UNKNOWN', to: 'root' },
      ])
      assert.equal((steps[0] as ShellStep).stdin, undefined)
    })

    it('takes any bytes, from memory or from a file', async () => {
      const bytes = randomBytes(3_000_000)
      await apply({ dest: at('a'), content: bytes })
      assert.ok(readFileSync(at('a')).equals(bytes))
      writeFileSync(at('src'), bytes.subarray(1))
      const { changes } = await apply({ dest: at('a'), src: at('src') })
      assert.equal(changes[0]?.body, undefined)
      assert.ok(readFileSync(at('a')).equals(bytes.subarray(1)))
      await apply({ dest: at('a'), content: '' })
      assert.equal(readFileSync(at('a')).length, 0)
    })

    it('shows nothing of a secret, and lets nobody else read it', async () => {
      const content = new Secret('password', 'correct horse\nbattery\n')
      const done = await apply({ dest: at('pw'), content })
      assert.deepEqual(done.changes, [{ what: 'content', from: 'absent', to: '«secret»' }])
      const [step] = done.steps as ShellStep[]
      assert.ok(isSecret(step?.stdin))
      assert.ok(!step?.script.includes(hash('correct horse\nbattery\n').slice(0, 8)))
      assert.equal(lstatSync(at('pw')).mode & 0o7777, 0o600)
      assert.equal(readFileSync(at('pw'), 'utf8'), 'correct horse\nbattery\n')
      const next = await apply({ dest: at('pw'), content: new Secret('password', 'other') })
      assert.deepEqual(next.changes, [{ what: 'content', from: '«secret»', to: '«secret»' }])
      assert.equal(
        (await apply({ dest: at('pw'), content: new Secret('x', 'other') })).plan.because?.includes(
          hash('other').slice(0, 8),
        ),
        false,
      )
    })

    it('puts nothing in place that its validation refuses', async () => {
      writeFileSync(at('conf'), 'old')
      const args = { dest: at('conf'), validate: `grep good %s || { echo "no good: $(cat %s)"; false; }` }
      await apply({ ...args, content: 'good' })
      await assert.rejects(apply({ ...args, content: 'bad' }), /no good: bad\nrefused by: grep good %s/)
      assert.equal(readFileSync(at('conf'), 'utf8'), 'good')
      assert.deepEqual(readdirSync(temp()), ['conf'])
    })

    it('validates wherever the path stands in the command', async () => {
      mkdirSync(at("it's $x"))
      const dest = join(at("it's $x"), 'conf')
      for (const validate of [
        'grep -q good %s',
        "grep -q good '%s'",
        'grep -q good "%s"',
        `grep -q good \\'* %s || grep -q good %s`,
        `sh -c 'grep -q good "$1"' - '%s'`,
      ]) {
        await apply({ dest, content: `good ${validate}`, validate })
        await assert.rejects(apply({ dest, content: 'bad', validate }), /refused by/)
      }
    })

    it('writes in place for what is mounted, and keeps the inode', async () => {
      writeFileSync(at('f'), 'old')
      const { ino } = lstatSync(at('f'))
      await apply({ dest: at('f'), content: 'new', inPlace: true, mode: '0600' })
      assert.equal(lstatSync(at('f')).ino, ino)
      assert.equal(readFileSync(at('f'), 'utf8'), 'new')
      await apply({ dest: at('f'), content: 'newer', mode: '0640' })
      assert.notEqual(lstatSync(at('f')).ino, ino)
      await apply({ dest: at('g'), content: 'new', inPlace: true })
      assert.deepEqual(readdirSync(temp()), ['f', 'g'])
    })

    it('keeps a backup when asked', async () => {
      writeFileSync(at('f'), 'old', { mode: 0o640 })
      await apply({ dest: at('f'), content: 'new', backup: true })
      const [kept = ''] = readdirSync(temp()).filter((entry) => /^f\.\d{8}T\d{6}Z~$/.test(entry))
      assert.equal(readFileSync(at(kept), 'utf8'), 'old')
      assert.equal(lstatSync(at(kept)).mode & 0o7777, 0o640)
    })

    it('replaces a link and leaves alone what it leads to', async () => {
      mkdirSync(at('dir'))
      writeFileSync(at('dir/f'), 'theirs')
      for (const target of ['dir', 'dir/f', 'nowhere']) {
        symlinkSync(target, at(`l${target.length}`))
        const { changes } = await apply({ dest: at(`l${target.length}`), content: 'mine' })
        assert.deepEqual(changes[0], { what: 'type', from: `link to ${target}`, to: 'file' })
        assert.ok(lstatSync(at(`l${target.length}`)).isFile())
      }
      assert.equal(readFileSync(at('dir/f'), 'utf8'), 'theirs')
      symlinkSync('dir/f', at('again'))
      await assert.rejects(apply({ dest: at('again'), content: 'x', inPlace: true }), {
        code: 'E_OTHER_KIND',
      })
      await assert.rejects(apply({ dest: at('dir'), content: 'x' }), { code: 'E_OTHER_KIND' })
      await assert.rejects(apply({ dest: at('none/f'), content: 'x' }), { code: 'E_NO_DIRECTORY' })
    })

    it('refuses what did not arrive whole', async () => {
      writeFileSync(at('f'), 'old')
      const task = copy('it', { dest: at('f'), content: 'complete' })
      const state = await observe(shell, task.module.probe(task.args))
      const [step] = task.module.apply(task.args, state) as ShellStep[]
      const reply = await run(shell, { script: step?.script ?? '', stdin: 'comple' })
      assert.equal(reply.code, 1)
      assert.match(reply.stderr.toString(), /did not arrive whole: 6 bytes of 8/)
      assert.equal(readFileSync(at('f'), 'utf8'), 'old')
      assert.deepEqual(readdirSync(temp()), ['f'])
    })

    it('leaves the old content or the new when it is killed half way, and clears up next time', async () => {
      const dest = at('f')
      const wanted = randomBytes(8_000_000)
      for (const delayMs of [0, 5, 15, 30, 60]) {
        writeFileSync(dest, 'old')
        const task = copy('it', { dest, content: wanted })
        const [step] = task.module.apply(
          task.args,
          await observe(shell, task.module.probe(task.args)),
        ) as ShellStep[]
        const [command = 'sh', ...rest] = shell
        const child = spawn(command, [...rest, '-c', step?.script ?? ''], {
          stdio: ['pipe', 'ignore', 'ignore'],
        })
        child.stdin?.on('error', () => {})
        child.stdin?.write(wanted.subarray(0, 4_000_000))
        await sleep(delayMs)
        child.kill('SIGKILL')
        child.stdin?.destroy()
        await sleep(20)
        assert.equal(readFileSync(dest, 'utf8'), 'old')
        await apply({ dest, content: wanted })
        assert.deepEqual(readdirSync(temp()), ['f'])
      }
    })

    it('is never seen incomplete by a reader', async () => {
      const dest = at('f')
      const contents = [randomBytes(2_000_000), randomBytes(1_500_000)] as const
      const whole = new Set(contents.map(hash))
      writeFileSync(dest, contents[0])
      const done = apply({ dest, content: contents[1] }).then(() => true)
      let reads = 0
      while (!(await Promise.race([done, sleep(1, false)]))) {
        assert.ok(whole.has(hash(readFileSync(dest))))
        reads++
      }
      assert.ok(reads > 3)
    })
  })
}

describe('arguments of copy', () => {
  const refused = (args: object, message: RegExp): void =>
    assert.throws(
      () => copy('it', args as never),
      (error: Error) => message.test(error.message),
    )

  it('are refused before any host is touched', () => {
    refused({ dest: '/a' }, /content or src is needed$/)
    refused({ dest: '/a', content: '', src: '/b' }, /content or src is needed, not both/)
    refused({ dest: '/a', src: '/nowhere/at/all' }, /nowhere.*cannot be read/)
    refused({ dest: '/a', src: '/' }, /cannot be read/)
    refused({ dest: '/', content: '' }, /must name a file/)
    refused({ dest: '/existing/new/', content: '' }, /dest: names a folder/)
    refused({ dest: '/a', content: '', validate: 'true' }, /must contain %s/)
    refused({ dest: '/a', content: `key=${new Secret('key', 'abc')}` }, /holds a secret that was printed/)
    refused({ dest: '/a', contents: '' }, /contents/)
  })
})
