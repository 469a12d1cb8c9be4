import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ArchiveArgs, archive, file, unarchive } from '../../../../lib/modules/index.ts'
import type { TestShell } from '../../../../lib/testing/shells.ts'
import { install } from '../../../support/install.ts'
import { LONG } from '../../../support/often.ts'
import { runOn } from '../../../support/run-on.ts'
import { SHELLS, converge, itAsRoot, useTemp } from '../driver.ts'
import { CASES, SOURCE } from './archive-cases.ts'
import { makeTree, treeOf } from '../tree.ts'

for (const [program, name] of Object.entries({
  xz: 'xz-utils',
  zstd: 'zstd',
  bzip2: 'bzip2',
  python3: 'python3',
  zip: 'zip',
  unzip: 'unzip',
}))
  install(`/usr/bin/${program}`, name)

/** As Python reads it, as Ansible does. */
const PYTHON = `
import io, subprocess, sys, tarfile, zipfile
path = sys.argv[1]
if path.endswith('.zip'):
    print('\\n'.join(sorted(name.rstrip('/').encode('cp437').decode() for name in zipfile.ZipFile(path).namelist())))
    sys.exit()
zst = path.endswith('.zst')
data = subprocess.run(['zstd', '-dcq', path], stdout=subprocess.PIPE, check=True).stdout if zst else open(path, 'rb').read()
with tarfile.open(fileobj=io.BytesIO(data)) as archive: print('\\n'.join(sorted(archive.getnames())))
`
const namesIn = (path: string): string[] =>
  execFileSync('/usr/bin/python3', ['-c', PYTHON, path], { encoding: 'utf8' }).trimEnd().split('\n').sort()

const FORMATS = ['.tar', '.tar.gz', '.tgz', '.tar.bz2', '.tar.xz', '.tar.zst', '.zip']

/** With the tar of GNU in the place of that of BusyBox, as on Alpine with the package `tar`. */
const bin = mkdtempSync(join(tmpdir(), 'run-playbook-tar-'))
for (const program of ['tar', 'xz', 'zstd', 'zip']) symlinkSync(`/usr/bin/${program}`, join(bin, program))
// The shell of Debian's BusyBox does not look for tar.
const withTar = (shell: TestShell): TestShell => {
  const path = shell.find((word) => word.startsWith('PATH='))
  return path === undefined ? shell : ['env', '-i', path.replace('=', `=${bin}:`), '/usr/bin/dash']
}
after(() => rmSync(bin, { recursive: true }))

for (const [name, given] of Object.entries(SHELLS)) {
  const shell = withTar(given)
  if (name === 'bash' && !LONG) continue
  describe(`what archive makes, under ${name}`, () => {
    const temp = useTemp()
    const at = (path: string): string => join(temp(), path)
    const run = async (args: Partial<ArchiveArgs> = {}, with_: TestShell = shell) => {
      const done = await converge(archive('it', { path: at('src/d'), dest: at('a.tar.gz'), ...args }), with_)
      assert.deepEqual([done.left, done.wrong], [[], []])
      return done.changes
    }
    beforeEach(() => makeTree(at('src'), SOURCE))

    for (const [what, { path, args, exclude, holds }] of Object.entries(CASES))
      it(`is ${what}`, async () => {
        const given = {
          ...args,
          path: typeof path === 'string' ? at(`src/${path}`) : path.map((one) => at(`src/${one}`)),
          ...(exclude && { excludePath: exclude.map((one) => at(`src/${one}`)) }),
        }
        if (holds instanceof RegExp) return assert.rejects(run(given), holds)
        assert.equal((await run(given)).length, 1)
        assert.deepEqual(namesIn(at('a.tar.gz')), [...holds].sort())
        assert.deepEqual(await run(given), [])
        assert.equal(lstatSync(at('a.tar.gz')).mode & 0o7777, 0o600)
      })

    for (const ending of name === 'busybox' ? ['.tar.gz', '.tar.bz2', '.zip'] : FORMATS)
      it(`is a ${ending} that holds just what was there`, async () => {
        const dest = at(`a${ending}`)
        assert.equal((await run({ dest })).length, 1)
        assert.deepEqual(namesIn(dest), namesOf('d'))
        const before = readFileSync(dest)
        assert.deepEqual(await run({ dest }), [])
        assert.ok(readFileSync(dest).equals(before))
        mkdirSync(at('into'))
        await converge(
          unarchive('it', { src: dest, remoteSrc: true, dest: at('into'), creates: at('into/d') }),
        )
        assert.deepEqual(treeOf(at('into/d')), treeOf(at('src/d')))
      })
    const namesOf = (folder: string): string[] =>
      Object.keys(SOURCE)
        .filter((path) => path === folder || path.startsWith(`${folder}/`))
        .sort()

    it('is made anew when something changes, and only then', async () => {
      await run()
      const changes: Readonly<Record<string, () => void>> = {
        content: () => writeFileSync(at('src/d/b.log'), 'B'),
        'a new name': () => writeFileSync(at('src/d/new'), ''),
        'another name': () => renameSync(at('src/d/new'), at('src/d/newer')),
        'a mode': () => chmodSync(at('src/d/b.log'), 0o640),
        'a time': () => utimesSync(at('src/d/b.log'), 1000, 1000),
        'the archive, which is broken': () =>
          writeFileSync(at('a.tar.gz'), readFileSync(at('a.tar.gz')).subarray(0, -20)),
      }
      for (const [what, change] of Object.entries(changes)) {
        change()
        assert.deepEqual([what, (await run()).map((one) => one.what)], [what, ['content']])
        assert.deepEqual(await run(), [])
      }
      assert.deepEqual(
        (await run({ mode: '0640' })).map((one) => one.what),
        ['mode'],
      )
    })

    it('is a zip with names of any kind, made anew when something changes, and only then', async () => {
      const dest = at('a.zip')
      writeFileSync(at('src/d/-@ ü * x'), 'content')
      writeFileSync(at('src/d/ leading'), '')
      await run({ dest, exclusionPatterns: ['deep'] })
      assert.deepEqual(
        namesIn(dest),
        ['d', 'd/ leading', 'd/-@ ü * x', 'd/-n', 'd/b.log', 'd/empty', 'd/link'].sort(),
      )
      const changes: Readonly<Record<string, () => void>> = {
        content: () => writeFileSync(at('src/d/b.log'), 'B'),
        'another name': () => renameSync(at('src/d/b.log'), at('src/d/c.log')),
        'a mode': () => chmodSync(at('src/d/c.log'), 0o640),
        'a time': () => utimesSync(at('src/d/c.log'), 1_000_000_000, 1_000_000_000),
        'the archive, which is broken': () => writeFileSync(dest, readFileSync(dest).subarray(0, -20)),
      }
      for (const [what, change] of Object.entries(changes)) {
        change()
        assert.deepEqual([what, (await run({ dest })).map((one) => one.what)], [what, ['content']])
        assert.deepEqual(await run({ dest }), [])
      }
      writeFileSync(at('src/d/blank '), '')
      await assert.rejects(run({ dest }), /a name that ends in a space cannot be put into a zip/)
    })

    it('stays when all that it was made of is gone', async () => {
      await run()
      rmSync(at('src'), { recursive: true })
      assert.deepEqual(await run(), [])
      rmSync(at('a.tar.gz'))
      await assert.rejects(run(), { code: 'E_NO_FILE' })
    })

    it('takes the place of a link, and leaves its target alone', async () => {
      writeFileSync(at('victim'), 'mine')
      symlinkSync('victim', at('a.tar.gz'))
      await run()
      assert.equal(readFileSync(at('victim'), 'utf8'), 'mine')
      assert.ok(lstatSync(at('a.tar.gz')).isFile())
    })

    it('has no name with a line break', async () => {
      writeFileSync(at('src/d/a\nb'), '')
      await assert.rejects(run(), /a name with a line break cannot be archived/)
    })

    itAsRoot('is not made of a part', async () => {
      chmodSync(temp(), 0o777)
      chmodSync(at('src/d/deep'), 0o700)
      chmodSync(at('src/d/b.log'), 0o644)
      chmodSync(at('src/d'), 0o755)
      for (const tools of shell
        .find((word) => word.startsWith('PATH='))
        ?.slice('PATH='.length)
        .split(':') ?? [])
        chmodSync(tools, 0o755)
      const nobody: TestShell = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...shell]
      await assert.rejects(run({}, nobody), /Permission denied/)
      chmodSync(at('src/d/deep'), 0o755)
      chmodSync(at('src/d/b.log'), 0o600)
      await assert.rejects(run({}, nobody), /could not be archived as a whole/)
      assert.throws(() => lstatSync(at('a.tar.gz')), { code: 'ENOENT' })
    })

    it('is foretold, with what comes after', async () => {
      const tasks = () => [
        archive('made', { path: at('src/d'), dest: at('a.tar.gz') }),
        archive('again', { path: at('src/d'), dest: at('a.tar.gz') }),
        file('gone', { path: at('src/d'), state: 'absent' }),
        archive('kept', { path: at('src/d'), dest: at('a.tar.gz') }),
      ]
      const dry = await runOn(shell, tasks, { check: true, diff: true })
      assert.deepEqual(dry.statuses.slice(0, 3), [
        'made: would-change',
        'again: unknown',
        'gone: would-change',
      ])
      const run_ = await runOn(shell, tasks, { batch: name === 'dash' })
      assert.deepEqual(run_.statuses, ['made: changed', 'again: ok', 'gone: changed', 'kept: ok'])
    })
  })
}

describe('archive', () => {
  const temp = useTemp()
  const at = (path: string): string => join(temp(), path)

  it('says which programs are missing', async () => {
    makeTree(at('src'), SOURCE)
    const busybox = SHELLS['busybox']
    if (busybox === undefined) return
    const none = busybox.map((word) => word.replace(/^PATH=/, 'PATH=/none:'))
    const cases: readonly (readonly [string, TestShell, RegExp])[] = [
      ['a.tar.zst', busybox, /the host has no zstd/],
      ['a.tar', none, /the tar of the host cannot make .*a\.tar/],
      ['a.tar.xz', busybox, /the host has no xz|the tar or the xz of the host cannot make/],
    ]
    for (const [dest, shell, message] of cases)
      await assert.rejects(converge(archive('it', { path: at('src'), dest: at(dest) }), shell), {
        code: 'E_NO_ARCHIVER',
        message,
      })
  })

  const wrong: Readonly<Record<string, ArchiveArgs>> = {
    'no path': { path: [], dest: '/a.tar' },
    'the root': { path: '/', dest: '/a.tar' },
    'a name that is no archive': { path: '/a', dest: '/a.txt' },
    'an archive in itself': { path: ['/b', '/srv/a'], dest: '/srv/a/b.tar' },
    'a pattern with a slash': { path: '/a', dest: '/a.tar', exclusionPatterns: ['a/b'] },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuses ${what}`, () => {
      assert.throws(() => archive('it', args), { code: 'E_BAD_ARGUMENT' })
    })
})
