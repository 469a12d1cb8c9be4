import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { readRepository } from '../../../../lib/pgbackrest/modules/read-repository.ts'
import { sh } from '../../../../lib/core/sh.ts'
import { parseRepository, recoverableWindow } from '../../../../lib/pgbackrest/index.ts'
import { SHELLS, observe, run, useTemp } from '../../modules/driver.ts'
import { install } from '../../../support/install.ts'
import { segment } from '../support.ts'

const SCRIPT = join(import.meta.dirname, '../../../../docker/postgres/pgbackrest/repository')
const SHA = 'da39a3ee5e6b4b0d3255bfef95601890afd80709'

const put = (root: string, name: string, content = 'x', time = 1_700_000_000): void => {
  const file = join(root, name)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, content)
  utimesSync(file, time, time)
}

const wal = (root: string, name: string, content?: string, sha = SHA, time?: number): void =>
  put(root, `archive/main/17-1/${name.slice(0, 16)}/${name}-${sha}.zst`, content, time)

/** The ranges of names, one after the other. */
function naive(names: readonly string[]): string[] {
  const ranges: [string, string][] = []
  for (const name of names.toSorted()) {
    const last = ranges.at(-1)
    const next = (text: string) =>
      text.slice(0, 16) +
      (Number.parseInt(text.slice(16), 16) + 1).toString(16).toUpperCase().padStart(8, '0')
    if (last !== undefined && next(last[1]) === name) last[1] = name
    else ranges.push([name, name])
  }
  return ranges.map((range) => range.join(' '))
}

for (const [name, shell] of Object.entries(SHELLS)) {
  describe(`repository, under ${name}`, function () {
    this.timeout(120_000)
    const temp = useTemp()
    const ask = async (folder = temp()): Promise<string> => {
      const { code, stdout, stderr } = await run(shell, { script: sh`set -- ${folder}\n. ${SCRIPT}` })
      assert.deepEqual([code, String(stderr)], [0, ''])
      return String(stdout)
    }

    it('finds the same ranges as one who looks at every name', async () => {
      const numbers = fc.uniqueArray(fc.integer({ min: 240, max: 530 }), { maxLength: 60 })
      const timelines = fc.uniqueArray(fc.constantFrom(1, 2, 10, 26), { minLength: 1, maxLength: 3 })
      await fc.assert(
        fc.asyncProperty(timelines, numbers, async (lines, some) => {
          const root = mkdtempSync(join(tmpdir(), 'run-playbook-test-'))
          const names = lines.flatMap((timeline) => some.map((number) => segment(timeline, number)))
          mkdirSync(join(root, 'archive/main'), { recursive: true })
          for (const one of names) wal(root, one)
          const found = (await ask(root)).matchAll(/^wal 17-1 (\w+ \w+) 1700000000 1700000000$/gm)
          rmSync(root, { recursive: true })
          assert.deepEqual([...found].map(([, range]) => String(range)).toSorted(), naive(names))
        }),
        { numRuns: 15 },
      )
    })

    it('takes the earliest time of a range, for the segment that a copied replica begins in comes last', async () => {
      const times = [300, 100, 200].map((seconds) => 1_700_000_000 + seconds)
      times.forEach((time, i) => wal(temp(), segment(1, i + 1), 'x', SHA, time))
      mkdirSync(join(temp(), 'backup/main'), { recursive: true })
      const range = `${segment(1, 1)} ${segment(1, 3)}`
      assert.match(await ask(), new RegExp(`^wal 17-1 ${range} 1700000100 1700000200$`, 'm'))
    })

    it('leaves out what recovery would not get, and what is no segment', async () => {
      for (const number of [1, 2, 3, 4, 5])
        wal(temp(), segment(1, number), number === 2 ? '' : 'x', SHA, 1_700_000_000 + number)
      wal(temp(), segment(1, 4), 'y', SHA.replace('d', 'e'))
      put(temp(), `archive/main/17-1/${segment(1, 6).slice(0, 16)}/${segment(1, 6)}.partial-${SHA}.zst`)
      put(
        temp(),
        `archive/main/17-1/${segment(1, 7).slice(0, 16)}/${segment(1, 7)}-${SHA}.zst.pgbackrest.tmp`,
      )
      put(temp(), `archive/main/17-1/${segment(1, 8).slice(0, 16)}/${segment(1, 8)}.00000028.backup`)
      put(temp(), `archive/main/17-1/0000000200000000/${segment(1, 9)}-${SHA}.zst`)
      put(temp(), `archive/main/17-1/junk/a b\nc`)
      put(
        temp(),
        'archive/main/17-1/0000000A.history',
        '1\t0/3000000\tbefore $(reboot) "x"\n\n# 9\n2\t0/5000000\tno\n',
      )
      const lines = (await ask())
        .split('\n')
        .filter((line) => /^(wal|twice|empty|partial|history)/.test(line))
      assert.deepEqual(lines, [
        `wal 17-1 ${segment(1, 1)} ${segment(1, 1)} 1700000001 1700000001`,
        `empty 17-1 ${segment(1, 2)}`,
        `wal 17-1 ${segment(1, 3)} ${segment(1, 3)} 1700000003 1700000003`,
        `twice 17-1 ${segment(1, 4)}`,
        `partial 17-1 ${segment(1, 6)}`,
        `wal 17-1 ${segment(1, 5)} ${segment(1, 5)} 1700000005 1700000005`,
        'history 17-1 0000000A 1@0/3000000 2@0/5000000',
      ])
      const { archives } = parseRepository(await ask())
      assert.deepEqual([...(archives.get('17-1')?.useless.keys() ?? [])], [segment(1, 2), segment(1, 4)])
    })

    it('says in words what is not there', async () => {
      const problems = async (folder?: string) => parseRepository(await ask(folder)).problems.join('\n')
      assert.match(await problems(join(temp(), 'none')), /\/none does not exist$/)
      assert.match(await problems(), /backup\/main does not exist\n.*archive\/main does not exist/)
      put(temp(), 'backup/main/backup.info', 'no ini')
      put(temp(), 'archive/main/archive.info', '')
      assert.match(await problems(), /backup\.info is missing, broken or not readable: no backup is known$/)
      put(
        temp(),
        'backup/main/backup.info.copy',
        '[db]\ndb-id=1\ndb-system-id=7\n[db:history]\n1={"db-version":"17"}\n',
      )
      assert.equal(await problems(), '')
      put(temp(), 'backup/main/backup.info', 'Salted__xxxx')
      if (name === 'busybox') assert.match(await problems(), /is encrypted, and there is no pgbackrest here/)
    })

    it('is told what pgBackRest knows, also where it warns of a variable that it does not know', async function () {
      if (name === 'busybox' || process.getuid?.() !== 0) return this.skip()
      install('/usr/bin/pgbackrest', 'pgbackrest')
      put(temp(), 'backup/main/backup.info', 'Salted__xxxx')
      process.env['PGBACKREST_ALLOW_ROOT_OF_A_LATER_VERSION'] = 'y'
      try {
        assert.match(await ask(), /^info \[\{/m)
      } finally {
        delete process.env['PGBACKREST_ALLOW_ROOT_OF_A_LATER_VERSION']
      }
    })

    it('is asked over the shell of a host that has nothing else', async () => {
      wal(temp(), segment(1, 1))
      put(temp(), 'backup/main/20260101-000000F/backup.manifest')
      const folder = join(temp(), `it's here`)
      put(folder, 'archive/main/17-1/x', '')
      const answer = await observe(shell, readRepository({ folder }))
      assert.deepEqual([answer.folder, answer.problems.length], [folder, 1])
      assert.equal(recoverableWindow(answer).from, undefined)
    })
  })
}
