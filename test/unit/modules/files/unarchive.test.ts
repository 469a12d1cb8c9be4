import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type UnarchiveArgs, unarchive } from '../../../../lib/modules/index.ts'
import { install } from '../../../support/install.ts'
import { runLocal } from '../../../support/run-local.ts'
import { SHELLS, converge, itAsRoot, useTemp } from '../driver.ts'
import { makeArchive } from './archives.ts'

install('/usr/bin/xz', 'xz-utils')
install('/usr/bin/unzip', 'unzip')
install('/usr/bin/bzip2', 'bzip2')

/** What the archives hold. */
const APP = {
  'app/bin/run': { text: '#!/bin/sh\n', mode: 0o755 },
  'app/etc/a b': { text: 'x\n', mode: 0o640 },
  'app/etc/-rf': { text: 'y\n' },
  'app/.hidden': { text: 'z\n' },
  'app/current': { link: 'bin/run' },
} as const

for (const [name, shell] of Object.entries(SHELLS)) {
  describe(`unarchive under ${name}`, () => {
    const temp = useTemp()
    let archives: string
    before(() => (archives = mkdtempSync(join(tmpdir(), 'run-playbook-archives-'))))
    after(() => rmSync(archives, { recursive: true }))
    beforeEach(() => mkdirSync(dest(), { mode: 0o755 }))

    const dest = (): string => join(temp(), 'dest')
    const at = (path: string): string => join(dest(), path)
    const of = (src: string, args: Partial<UnarchiveArgs> = {}) =>
      converge(unarchive('it', { src, dest: dest(), creates: at('app'), ...args }), shell)
    const left = (): string[] => readdirSync(dest()).toSorted()

    for (const ending of ['tar', 'tar.gz', 'tgz', 'tar.xz', 'tar.bz2', 'zip'])
      it(`unpacks .${ending}, from here and from the host, once`, async () => {
        const src = makeArchive(join(archives, `app.${ending}`), APP)
        for (const remoteSrc of [false, true]) {
          rmSync(at('app'), { recursive: true, force: true })
          const done = await of(src, { remoteSrc })
          assert.deepEqual([done.left, done.wrong], [[], []])
          assert.deepEqual(done.changes, [{ what: at('app'), from: 'absent', to: `from app.${ending}` }])
          assert.deepEqual(left(), ['app'])
          assert.deepEqual(readdirSync(at('app')).toSorted(), ['.hidden', 'bin', 'current', 'etc'])
          assert.equal(readFileSync(at('app/etc/-rf'), 'utf8'), 'y\n')
          assert.equal(readlinkSync(at('app/current')), 'bin/run')
          assert.equal(lstatSync(at('app/bin/run')).mode & 0o777, 0o755)
          assert.equal(lstatSync(at('app/etc/a b')).mode & 0o777, 0o640)
          assert.deepEqual((await of(src, { remoteSrc })).changes, [])
        }
      })

    it('leaves out directories at the beginning of names', async () => {
      const src = makeArchive(join(archives, 'strip.tar.gz'), APP)
      const done = await of(src, { stripComponents: 1, creates: at('bin/run') })
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.deepEqual(left(), ['.hidden', 'bin', 'current', 'etc'])
    })

    it('adds to directories that are there, and replaces files', async () => {
      for (const folder of ['app/etc', 'app/own']) mkdirSync(at(folder), { recursive: true, mode: 0o755 })
      chmodSync(at('app/etc'), 0o711)
      writeFileSync(at('app/etc/a b'), 'old')
      writeFileSync(at('app/own/file'), 'own')
      writeFileSync(join(temp(), 'elsewhere'), 'elsewhere')
      symlinkSync(join(temp(), 'elsewhere'), at('app/etc/-rf'))
      const src = makeArchive(join(archives, 'merge.tar.gz'), APP)
      const done = await of(src, { creates: at('app/bin/run') })
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.equal(readFileSync(at('app/etc/a b'), 'utf8'), 'x\n')
      assert.equal(readFileSync(at('app/own/file'), 'utf8'), 'own')
      assert.equal(lstatSync(at('app/etc')).mode & 0o777, 0o711)
      assert.ok(lstatSync(at('app/etc/-rf')).isFile())
      assert.equal(readFileSync(join(temp(), 'elsewhere'), 'utf8'), 'elsewhere')
    })

    it('changes nothing where it cannot unpack all', async () => {
      const src = makeArchive(join(archives, 'conflict.tar.gz'), {
        'a/x': { text: 'x' },
        'b/y': { text: 'y' },
        c: { text: 'z' },
      })
      const conflicts: readonly (readonly [RegExp, () => void])[] = [
        [/\/b is a link, and a directory in the archive/, () => symlinkSync(temp(), at('b'))],
        [/\/b is no directory/, () => writeFileSync(at('b'), '')],
        [/\/a\/x is a directory, but none in the archive/, () => mkdirSync(at('a/x'), { recursive: true })],
      ]
      for (const [wanted, make] of conflicts) {
        make()
        const before = left()
        await assert.rejects(of(src, { creates: at('c') }), wanted)
        assert.deepEqual(left(), before)
        rmSync(dest(), { recursive: true })
        mkdirSync(dest(), { mode: 0o755 })
      }
      await assert.rejects(of(src), /conflict.tar.gz brings no \/.*\/app; nothing was changed/)
      writeFileSync(join(archives, 'broken.tar.gz'), readFileSync(src).subarray(0, 60))
      await assert.rejects(of(join(archives, 'broken.tar.gz')), /broken.tar.gz cannot be unpacked: /)
      writeFileSync(join(archives, 'broken.zip'), 'no archive')
      await assert.rejects(of(join(archives, 'broken.zip')), /broken.zip cannot be unpacked: /)
      assert.deepEqual(left(), [])
    })

    it('makes what it creates last, so that a run that was killed is repeated', async function () {
      // BusyBox runs its own mv.
      if (name === 'busybox') this.skip()
      const src = makeArchive(join(archives, 'last.tar.gz'), { 'a/done': { text: 'x' }, z: { text: 'y' } })
      const task = unarchive('it', { src, dest: dest(), creates: at('a/done') })
      writeFileSync(join(temp(), 'mv'), '#!/bin/sh\n/bin/mv "$@"\nkill -9 $PPID\n', { mode: 0o755 })
      await assert.rejects(converge(task, ['env', `PATH=${temp()}:${process.env['PATH']}`, ...shell]))
      const [work, ...others] = left()
      assert.match(work ?? '', /^\.run-playbook-/)
      assert.deepEqual(others, ['z'])
      assert.deepEqual((await converge(task, shell)).left, [])
      assert.deepEqual(left(), ['a', 'z'])
    })

    itAsRoot('gives what it unpacks to root, or to whom the task says, without setuid', async () => {
      const files = {
        'app/x': { text: 'x', mode: 0o6755, uid: 1234 },
        'app/l': { link: '/etc/passwd', uid: 1234 },
      }
      const src = makeArchive(join(archives, 'owner.tar'), files)
      const access = (path: string): string => {
        const { mode, uid, gid } = lstatSync(at(path))
        return `${(mode & 0o7777).toString(8)} ${uid}:${gid}`
      }
      await of(src)
      assert.deepEqual([access('app/x'), access('app/l')], ['755 0:0', '777 0:0'])
      const passwd = lstatSync('/etc/passwd').uid
      rmSync(at('app'), { recursive: true })
      const done = await of(src, { owner: 1500, group: 'daemon' })
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.deepEqual(
        [access('app'), access('app/x'), access('app/l')],
        ['755 1500:1', '755 1500:1', '777 1500:1'],
      )
      assert.equal(lstatSync('/etc/passwd').uid, passwd)
      rmSync(at('app'), { recursive: true })
      await of(src, { sameOwner: true })
      assert.equal(access('app/x'), '6755 1234:1234')
      await assert.rejects(of(src, { owner: 'no-such-user', creates: at('app/y') }), { code: 'E_NO_ACCOUNT' })
    })

    it('takes hard links within the archive, and no others', async () => {
      const own = { 'app/x': { text: 'x' }, 'app/y': { hard: 'app/x' }, 'app/z': { hard: 'app/x' } }
      await of(makeArchive(join(archives, 'hard.tar'), own))
      assert.equal(lstatSync(at('app/x')).nlink, 3)
      rmSync(at('app'), { recursive: true })
      const secret = join(temp(), 'secret')
      writeFileSync(secret, 'secret', { mode: 0o600 })
      const theirs = makeArchive(join(archives, 'theirs.tar'), { 'app/x': { hard: secret } })
      await assert.rejects(
        of(theirs, { owner: 1500 }),
        /hard link to a file that is not in it|cannot be unpacked/,
      )
      assert.deepEqual([lstatSync(secret).uid, lstatSync(secret).nlink], [process.getuid?.(), 1])
      assert.deepEqual(left(), [])
    })

    it('lets an archive write nowhere else', async () => {
      const outside = join(temp(), 'outside')
      mkdirSync(outside)
      writeFileSync(join(outside, 'secret'), 'secret')
      const hostile = {
        '../outside/up': { text: 'x' },
        [join(outside, 'absolute')]: { text: 'x' },
        'app/way': { link: outside },
        'app/way/through': { text: 'x' },
        'app/up': { link: '../../outside' },
        'app/up/through': { text: 'x' },
        'app/hard': { hard: join(outside, 'secret') },
        'app/last': { text: 'x' },
      }
      for (const [file, one] of Object.entries(hostile)) {
        const src = makeArchive(join(archives, 'hostile.tar'), {
          'app/first': { text: 'x' },
          'app/way': hostile['app/way'] as never,
          'app/up': hostile['app/up'] as never,
          [file]: one as never,
        })
        await of(src).catch(() => {})
        assert.deepEqual(readdirSync(outside), ['secret'], file)
        assert.equal(lstatSync(join(outside, 'secret')).nlink, 1, file)
        rmSync(dest(), { recursive: true })
        mkdirSync(dest(), { mode: 0o755 })
      }
      const zip = makeArchive(join(archives, 'hostile.zip'), {
        'app/x': { text: 'x' },
        '../outside/up': { text: 'x' },
      })
      await of(zip).catch(() => {})
      assert.deepEqual(readdirSync(outside), ['secret'])
    })

    itAsRoot('unpacks nothing where others can write', async () => {
      const src = makeArchive(join(archives, 'unsafe.tar'), APP)
      chmodSync(dest(), 0o1777)
      await assert.rejects(of(src), { code: 'E_UNSAFE_PATH', message: /others can write to it \(1777\)/ })
      chmodSync(dest(), 0o755)
      chownSync(dest(), 1, 1)
      await assert.rejects(of(src), {
        code: 'E_UNSAFE_PATH',
        message: /belongs to daemon \(1\)/,
        hint: /becomeUser/,
      })
      chownSync(dest(), 0, 0)
      mkdirSync(at('app'))
      chownSync(at('app'), 1, 1)
      await assert.rejects(of(src, { creates: at('app/bin') }), /app is not safe to unpack into/)
      assert.deepEqual(readdirSync(at('app')), [])
    })

    it('says what is missing before anything is changed', async () => {
      const src = makeArchive(join(archives, 'app.tar.xz'), APP)
      await assert.rejects(of('/no/such.tar', { remoteSrc: true }), { code: 'E_NO_FILE' })
      await assert.rejects(of(src, { dest: at('none'), creates: at('none/app') }), { code: 'E_NO_DIRECTORY' })
      symlinkSync(dest(), join(temp(), 'link'))
      const link = join(temp(), 'link')
      await assert.rejects(of(src, { dest: link, creates: join(link, 'app') }), { code: 'E_OTHER_KIND' })
      assert.ok(!existsSync(at('app')))
    })
  })
}

describe('an archive in a dry run', () => {
  const temp = useTemp()
  it('is unpacked later, and what it brings is not known yet', async () => {
    const src = makeArchive(join(temp(), 'app.tar'), APP)
    const dest = join(temp(), 'dest')
    mkdirSync(dest, { mode: 0o755 })
    const tasks = () => [
      unarchive('it', { src, dest, creates: join(dest, 'app') }),
      unarchive('again', { src, dest, creates: join(dest, 'app') }),
      unarchive('beside it', { src, dest: temp(), creates: join(temp(), 'app') }),
    ]
    const { statuses } = await runLocal(tasks, { check: true })
    assert.deepEqual(statuses, ['it: would-change', 'again: unknown', 'beside it: would-change'])
    assert.deepEqual(readdirSync(dest), [])
  })
  it('takes programs', async () => {
    const src = makeArchive(join(temp(), 'app.zip'), APP)
    for (const tool of ['stat', 'id']) symlinkSync('/bin/busybox', join(temp(), tool))
    const shell = ['env', `PATH=${temp()}`, '/bin/dash']
    const task = unarchive('it', { src, dest: temp(), creates: join(temp(), 'app') })
    await assert.rejects(converge(task, shell), { code: 'E_NO_UNPACKER', message: /no unzip/ })
  })
})

describe('arguments of unarchive', () => {
  const src = '/srv/app.tar.gz'
  const right = { src, remoteSrc: true, dest: '/srv', creates: '/srv/app' }
  const wrong: Readonly<Record<string, Partial<UnarchiveArgs>>> = {
    'a file that is no archive': { src: '/srv/app.gz' },
    'a URL': { src: 'https://example.org/app.tar.gz' },
    'a path on the host that is relative': { src: 'app.tar.gz' },
    'a path of two lines': { src: '/srv/a\n.tar' },
    'what it creates elsewhere': { creates: '/opt/app' },
    'what it creates beside it': { creates: '/srv2/app' },
    'the directory itself': { creates: '/srv' },
    'a way up': { creates: '/srv/../etc/app' },
    'two owners': { sameOwner: true, owner: 0 },
    'a zip without directories': { src: '/srv/app.zip', stripComponents: 1 },
    'less than none': { stripComponents: -1 },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuse ${what}`, () => {
      assert.throws(() => unarchive('it', { ...right, ...args }), { code: 'E_BAD_ARGUMENT' })
    })
  it('say that a file of this machine is not there', () => {
    assert.throws(() => unarchive('it', { ...right, remoteSrc: false, src: '/no/such.tar' }), {
      code: 'E_NO_SOURCE',
    })
  })
})
