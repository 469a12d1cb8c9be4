import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unarchive } from '../../../../lib/modules/index.ts'
import { install } from '../../../support/install.ts'
import { runLocal } from '../../../support/run-local.ts'
import { makeHostileArchives } from './hostile-archives.ts'
import { through } from './through.ts'

install('/usr/bin/unzip', 'unzip')

/** What is below a folder: the kind of each thing, its owner, its mode and its name. */
const listed = (folder: string): string[] =>
  execFileSync('find', [folder, '-mindepth', '1', '-printf', '%y %U %m %P\\0'], { maxBuffer: 2 ** 26 })
    .toString('latin1')
    .split('\0')
    .slice(0, -1)

for (const name of ['dash', 'busybox'] as const) {
  describe(`a hostile archive, unpacked by root under ${name}`, function () {
    this.timeout(300_000)
    const root = mkdtempSync(join(tmpdir(), 'run-playbook-hostile-'))
    const at = (path: string): string => join(root, path)
    const all = process.getuid?.() === 0 ? makeHostileArchives(root, at('outside')) : []
    // Names mean the same to all tools.
    const made = all.filter(
      ({ what }) => name === 'dash' || !/\bnames?\b.*zip/.test(what) || /link|way/.test(what),
    )
    let refused: Map<string, string | undefined>
    before(async function () {
      if (process.getuid?.() !== 0) this.skip()
      chmodSync(root, 0o755)
      mkdirSync(at('outside'))
      writeFileSync(at('outside/secret'), 'of root\n', { mode: 0o600 })
      for (const { id } of made) mkdirSync(at(`${id}.to`), { mode: 0o755 })
      const tasks = () =>
        made.map(({ id, src, what }) => {
          const dest = at(`${id}.to`)
          const creates = join(dest, what.startsWith('a link to a folder of the host') ? 'etc/passwd' : 'app')
          return unarchive(what, { src, dest, creates }, { ignoreErrors: true })
        })
      const run = await runLocal(tasks, { transport: through(name) })
      refused = new Map(run.tasks.map(({ task, error }) => [task, error?.message]))
    })
    // Of Node, it fails with paths that are too long.
    after(() => void execFileSync('rm', ['-rf', root]))

    for (const { what, id } of made)
      it(`with ${what}, is unpacked whole where it belongs, or not at all`, () => {
        const left = listed(at(`${id}.to`))
        assert.deepEqual(
          left.filter((one) => !/^[fdl] 0 1?\d{3} /.test(one)),
          [],
        )
        assert.deepEqual(
          left.filter((one) => /^\S+ \S+ \S+ (\.run-playbook-\w{12}\.|canary$)/.test(one)),
          [],
        )
        assert.ok(refused.has(what))
        const why = refused.get(what)
        assert.equal(why !== undefined, !left.includes('f 0 644 app/first'), why)
        if (what.startsWith('a link to a folder of the host'))
          assert.match(why ?? '', /brings no .*etc\/passwd; nothing/)
      })

    it('writes nowhere else', () => {
      const { nlink, mode, uid } = lstatSync(at('outside/secret'))
      assert.deepEqual([readdirSync(at('outside')), nlink, mode & 0o7777, uid], [['secret'], 1, 0o600, 0])
      assert.equal(readFileSync(at('outside/secret'), 'utf8'), 'of root\n')
      const others = readdirSync(root).filter((one) => !/^\d+\.(to|zip|tar\.gz)$/.test(one))
      assert.deepEqual(others, ['outside'])
    })
  })
}
