import assert from 'node:assert/strict'
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type UnarchiveArgs, unarchive } from '../../../../lib/modules/index.ts'
import { install } from '../../../support/install.ts'
import { LONG } from '../../../support/often.ts'
import { SHELLS, converge, useTemp } from '../driver.ts'
import { makeArchive } from './archives.ts'

install('/usr/bin/unzip', 'unzip')

const APP = {
  'app/bin/run': { text: 'r', mode: 0o755 },
  'app/doc/a.md': { text: 'a' },
  'app/doc/deep/b.md': { text: 'b' },
  'app/doc/c d': { text: 'c', mode: 0o600 },
  'app/link': { link: 'bin/run' },
} as const

interface Case {
  readonly args: Partial<UnarchiveArgs>
  /** Files and links that are there afterwards, below app. */
  readonly left: readonly string[] | RegExp
}

const CASES: Readonly<Record<string, Case>> = {
  'one name': { args: { include: ['app/bin'] }, left: ['bin/run'] },
  'several names, one in the other': {
    args: { include: ['app/doc/c d', 'app/doc', 'app/link'] },
    left: ['doc/a.md', 'doc/c d', 'doc/deep/b.md', 'link'],
  },
  'a pattern': { args: { include: ['*.md'] }, left: ['doc/a.md', 'doc/deep/b.md'] },
  'all but one name': { args: { exclude: ['app/doc'] }, left: ['bin/run', 'link'] },
  'all but a pattern': { args: { exclude: ['*.md', 'app/link'] }, left: ['bin/run', 'doc/c d'] },
  'some but others': {
    args: { include: ['app/doc'], exclude: ['app/doc/deep', '*a.md'] },
    left: ['doc/c d'],
  },
  'all but a name that is not in it': {
    args: { exclude: ['app/none', "$(x)'"] },
    left: ['bin/run', 'doc/a.md', 'doc/c d', 'doc/deep/b.md', 'link'],
  },
  'a name that is not in it': {
    args: { include: ['app/bin', 'app/none'] },
    left: /brings no app\/none; nothing was changed/,
  },
  'nothing of what it creates': { args: { exclude: ['app'] }, left: /brings no .*app; nothing was changed/ },
}

for (const [name, shell] of Object.entries(SHELLS)) {
  if (name === 'bash' && !LONG) continue
  describe(`what unarchive takes of an archive, under ${name}`, () => {
    const temp = useTemp()
    let archives: string
    before(() => {
      archives = mkdtempSync(join(tmpdir(), 'run-playbook-archives-'))
      for (const ending of ['tar.gz', 'zip']) makeArchive(join(archives, `app.${ending}`), APP)
    })
    after(() => rmSync(archives, { recursive: true }))

    for (const [what, { args, left }] of Object.entries(CASES))
      it(what, async () => {
        for (const ending of ['tar.gz', 'zip']) {
          const dest = join(temp(), ending)
          mkdirSync(dest, { mode: 0o755 })
          const run = () =>
            converge(
              unarchive('it', {
                src: join(archives, `app.${ending}`),
                dest,
                creates: join(dest, 'app'),
                ...args,
              }),
              shell,
            )
          if (left instanceof RegExp) {
            await assert.rejects(run, left)
            assert.deepEqual(readdirSync(dest), [])
            continue
          }
          const done = await run()
          assert.deepEqual([done.left, done.wrong], [[], []])
          const all = readdirSync(join(dest, 'app'), { recursive: true, encoding: 'utf8' })
          assert.deepEqual(
            all.filter((path) => !lstatSync(join(dest, 'app', path)).isDirectory()).toSorted(),
            left,
          )
        }
      })

    it('gives files a mode', async () => {
      const args = {
        src: join(archives, 'app.tar.gz'),
        dest: temp(),
        creates: join(temp(), 'app'),
        mode: '0640',
      }
      await converge(unarchive('it', args), shell)
      const modes = ['bin', 'bin/run', 'doc/c d'].map(
        (path) => lstatSync(join(temp(), 'app', path)).mode & 0o7777,
      )
      assert.deepEqual(modes, [0o755, 0o640, 0o640])
    })
  })
}

describe('names in an archive', () => {
  for (const name of ['', '/app', '../app', 'app/../..', 'app/', './app', 'a//b'])
    it(`are not ${JSON.stringify(name)}`, () => {
      const args = { src: '/x.tar', remoteSrc: true, dest: '/opt', creates: '/opt/app' }
      assert.throws(() => unarchive('it', { ...args, include: [name] }), { code: 'E_BAD_ARGUMENT' })
    })
})
