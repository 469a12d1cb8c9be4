import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AptRepositoryArgs, aptRepository, packages } from '../../../../lib/modules/index.ts'
import { hasAnsible, runAnsible } from '../../../support/ansible.ts'
import { install } from '../../../support/install.ts'
import { type Namespace, inPlaceOf, makeNamespace } from '../../../support/namespace.ts'
import { LONG } from '../../../support/often.ts'
import { runOn } from '../../../support/run-on.ts'
import { SHELLS, converge, run } from '../driver.ts'
import { withPath } from '../tool-folders.ts'
import { type Archive, makeArchive } from './apt-archive.ts'
import { CASES, HEAD } from './apt-repository-cases.ts'

install('/usr/bin/gpg', 'gpg')

const PLACES = { parts: '/etc/apt/sources.list.d', lists: '/var/lib/apt/lists', cache: '/var/cache/apt' }

/** What apt reads of the files, by its library for Python. */
const READ = `
import apt_pkg
apt_pkg.init()
apt_pkg.config.set('Dir::Etc::SourceList', '/dev/null')
found = apt_pkg.SourceList()
found.read_main_list()
for one in found.list:
    print(one.uri, one.dist, one.is_trusted, sorted(f.describe for f in one.index_files))
`

for (const [name, shell] of Object.entries(SHELLS)) {
  if (name === 'bash' && !LONG) continue
  describe(`a repository of apt, under ${name}`, function () {
    this.timeout(60_000)
    let root: string
    let archive: Archive
    let own: Namespace
    before(async function () {
      if (process.getuid?.() !== 0 || !existsSync(PLACES.parts)) this.skip()
      root = mkdtempSync(join(tmpdir(), 'rp-apt-'))
      chmodSync(root, 0o755)
      for (const folder of Object.keys(PLACES)) mkdirSync(join(root, folder))
      // BusyBox has no apt, and apt needs more than BusyBox.
      mkdirSync(join(root, 'bin'))
      for (const tool of ['apt-get', 'apt-cache', 'dpkg-query'])
        writeFileSync(join(root, 'bin', tool), `#!/bin/sh\nPATH=/usr/bin:/bin exec /usr/bin/${tool} "$@"\n`, {
          mode: 0o755,
        })
      archive = makeArchive(root)
      own = await makeNamespace(['--mount'], inPlaceOf(root, PLACES))
    })
    beforeEach(() => {
      for (const folder of Object.keys(PLACES))
        for (const one of readdirSync(join(root, folder)))
          rmSync(join(root, folder, one), { recursive: true })
    })
    after(async () => {
      await own?.remove()
      archive?.end()
      if (root !== undefined) rmSync(root, { recursive: true, force: true })
    })
    const path = (): string => join(root, 'parts/it.sources')
    const text = (): string | undefined => (existsSync(path()) ? readFileSync(path(), 'utf8') : undefined)
    const inside = () => [...own.enter, ...withPath(shell, join(root, 'bin'))]
    const of = (args: Partial<AptRepositoryArgs> = {}) =>
      converge(
        aptRepository('it', {
          name: 'it',
          uris: archive.uri,
          suites: 'bookworm',
          components: 'main',
          architectures: 'amd64',
          ...args,
        }),
        inside(),
      )
    const fetched = (): string[] => readdirSync(join(root, 'lists')).filter((one) => one.includes('Packages'))
    const candidate = async (): Promise<string> => {
      const script = 'LC_ALL=C apt-cache policy rp-hello 2>&1'
      return (await run([...own.enter, 'sh'], { script })).stdout.toString()
    }

    for (const [what, { text: before, args, becomes }] of Object.entries(CASES))
      it(what, async () => {
        if (before !== undefined) writeFileSync(path(), before)
        const given = { name: 'it', ...args, ...(args.state === 'absent' ? {} : { update: false }) }
        const task = () => aptRepository('it', given)
        const done = await converge(task(), inside())
        assert.deepEqual([done.left, done.wrong], [[], []])
        assert.equal(text(), becomes === undefined ? undefined : HEAD + becomes)
        assert.equal(done.changes.length > 0, before !== text())
        assert.deepEqual((await converge(task(), inside())).changes, [])
      })

    it('is a file, after its lists alone were fetched, and brings packages', async () => {
      writeFileSync(join(root, 'lists/other_Packages'), '')
      writeFileSync(
        join(root, 'parts/broken.sources'),
        'Types: deb\nURIs: file:/none\nSuites: x\nComponents: y\n',
      )
      const looked = new Date('2026-01-01')
      utimesSync(join(root, 'lists'), looked, looked)
      const done = await of({ key: archive.armored })
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.match(text() ?? '', /^Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n \.\n [\w+/]/m)
      assert.equal(lstatSync(path()).mode & 0o777, 0o644)
      assert.equal(fetched().length, 2)
      assert.deepEqual(lstatSync(join(root, 'lists')).mtime, looked)
      assert.match(await candidate(), /Candidate: 1\.0$/m)
      assert.deepEqual((await of({ key: archive.armored })).changes, [])
    })

    it('takes a key as text, bytes or a file, armored or not, for the same', async () => {
      const files = { 'key.asc': archive.armored.replaceAll('\n', '\r\n'), 'key.gpg': archive.binary }
      for (const [file, body] of Object.entries(files)) writeFileSync(join(root, file), body)
      await of({ key: archive.armored, update: false })
      const keys = [archive.binary, join(root, 'key.asc'), new URL(`file://${join(root, 'key.gpg')}`)]
      for (const key of keys) assert.deepEqual((await of({ key })).changes, [], String(key))
    })

    it('is not added where its signature is not that of the key', async () => {
      const other = otherKey(root)
      await assert.rejects(of({ key: other }), /so it was not added: [WE]: .*NO_PUBKEY/)
      assert.deepEqual([text(), fetched()], [undefined, []])
      await of({ key: archive.armored })
      const before = text()
      await assert.rejects(of({ key: other }), /so it was not added/)
      assert.equal(text(), before)
    })

    it('is not added where it is not there', async () => {
      const uris = `${archive.uri}-none`
      await assert.rejects(
        of({ key: archive.armored, uris }),
        /so it was not added: E: .*does not have a Release file/,
      )
      await assert.rejects(
        of({ key: archive.armored, components: 'none' }),
        /so it was not added: W: .*component 'none'/,
      )
      assert.equal(text(), undefined)
    })

    it('is not asked when it is not used, with update: false, or for its mode', async () => {
      const uris = `${archive.uri}-none`
      await of({ uris, update: false })
      await of({ uris, enabled: false })
      const done = await of({ uris, enabled: false, mode: '0600' })
      assert.deepEqual(
        done.changes.map(({ what }) => what),
        ['mode'],
      )
      assert.deepEqual(fetched(), [])
    })

    it('is known in a dry run, but for the packages that it may bring', async () => {
      const base = { uris: archive.uri, suites: 'bookworm', components: 'main', key: archive.armored }
      const tasks = () => [
        aptRepository('it', { name: 'it', ...base }),
        aptRepository('again', { name: 'it', ...base }),
        aptRepository('other', { name: 'other', ...base, enabled: false }),
        aptRepository('gone', { name: 'it', state: 'absent' }),
      ]
      const dry = await runOn(inside(), () => [...tasks(), packages('app', { names: 'rp-hello' })], {
        check: true,
      })
      const would = ['it: would-change', 'again: ok', 'other: would-change', 'gone: would-change']
      assert.deepEqual(dry.statuses, [...would, 'app: would-change'])
      assert.deepEqual(readdirSync(join(root, 'parts')), [])
      for (const batch of [true, false]) {
        rmSync(join(root, 'parts/other.sources'), { force: true })
        const { statuses } = await runOn(inside(), tasks, { batch })
        assert.deepEqual(statuses, ['it: changed', 'again: ok', 'other: changed', 'gone: changed'])
      }
    })

    if (name === 'dash')
      it('is for apt what Ansible makes, except where said', function () {
        const hasApt = spawnSync('/usr/bin/python3', ['-c', 'import apt']).status === 0
        if (!hasAnsible() || !hasApt) return this.skip()
        const [enter = '', ...rest] = own.enter
        const read = (): string[] =>
          execFileSync(enter, [...rest, '/usr/bin/python3', '-c', READ], { encoding: 'utf8' }).split('\n')
        // All in one run, each with a server of its own.
        const compared = Object.values(CASES).flatMap(({ ansible, becomes = '' }, i) => {
          const named = (text: string): string => text.replaceAll('deb.example', `${i + 10}.example`)
          return typeof ansible === 'string'
            ? [{ filename: `it-${i + 10}`, repo: named(ansible), ours: named(becomes) }]
            : []
        })
        const all = (state: string) =>
          runAnsible(
            compared.map(({ filename, repo }) => ({
              module: 'apt_repository',
              args: { repo, state, filename, update_cache: false, install_python_apt: false },
            })),
            own.enter,
          ).map((result) => result['changed'])
        const files = () => readdirSync(join(root, 'parts'))
        for (const { filename, ours } of compared)
          writeFileSync(join(root, 'parts', `${filename}.sources`), ours)
        const ours = read()
        for (const file of files()) rmSync(join(root, 'parts', file))
        const done = (changed: boolean): boolean[] => compared.map(() => changed)
        assert.deepEqual([all('present'), all('present')], [done(true), done(false)])
        assert.deepEqual(read(), ours)
        assert.equal(ours.length, compared.length + 1)
        assert.deepEqual([all('absent'), files()], [done(true), []])
      })
  })
}

/** The key of somebody else. */
function otherKey(root: string): string {
  const home = mkdtempSync(join(root, 'other-'))
  const other = makeArchive(home)
  other.end()
  return other.armored
}

describe('aptRepository', () => {
  it('needs apt, unless it is to be absent', () => {
    const task = aptRepository('it', { name: 'it', uris: 'https://x.org/', suites: './' })
    const file = { here: { type: 'absent' } }
    assert.throws(() => task.module.plan(task.args, { file, apt: false }), { code: 'E_NO_APT' })
  })
})
