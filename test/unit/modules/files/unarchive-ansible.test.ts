import assert from 'node:assert/strict'
import { lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type UnarchiveArgs, unarchive } from '../../../../lib/modules/index.ts'
import { hasAnsible, runAnsible } from '../../../support/ansible.ts'
import { converge, useTemp } from '../driver.ts'
import { makeArchive } from './archives.ts'

const FILES = {
  'app/bin/run': { text: '#!/bin/sh\n', mode: 0o750 },
  'app/etc/a b': { text: 'x\n', mode: 0o640 },
  'app/current': { link: 'bin/run' },
}

/** What is in a folder: names, modes, owners and contents. */
function listing(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .toSorted()
    .map((name) => {
      const path = join(folder, name)
      const { mode, uid, gid } = lstatSync(path)
      const kind = lstatSync(path)
      const what = kind.isSymbolicLink()
        ? readlinkSync(path)
        : kind.isFile()
          ? readFileSync(path, 'utf8')
          : ''
      return `${name} ${mode.toString(8)} ${uid}:${gid} ${what}`
    })
}

describe('what an archive brings', () => {
  const temp = useTemp()
  // Their arguments are alike, but for the names.
  const cases: Readonly<Record<string, readonly [Partial<UnarchiveArgs>, object]>> = {
    'app.tar': [{}, {}],
    'app.tar.gz': [{}, {}],
    'app.tar.xz': [{}, {}],
    'app.tar.bz2': [{}, {}],
    'app.zip': [{}, {}],
    'strip.tar.gz': [{ stripComponents: 1 }, { extra_opts: ['--strip-components=1'] }],
    'include.tar.gz': [{ include: ['app/bin', 'app/current'] }, { include: ['app/bin', 'app/current'] }],
    'exclude.tar.gz': [{ exclude: ['app/etc'] }, { exclude: ['app/etc'] }],
    'exclude.zip': [{ exclude: ['app/current'] }, { exclude: ['app/current'] }],
    'owner.tar.gz': [
      { owner: 1500, group: 1501 },
      { owner: '1500', group: '1501' },
    ],
  }
  for (const [name, [ours, theirs]] of Object.entries(cases))
    it(`is what Ansible makes of it: ${name}`, async function () {
      if (!hasAnsible() || process.getuid?.() !== 0) this.skip()
      const src = makeArchive(join(temp(), name), FILES)
      const [own, other] = [join(temp(), 'own'), join(temp(), 'other')] as const
      for (const folder of [own, other]) {
        mkdirSync(folder, { mode: 0o755 })
        writeFileSync(join(folder, 'there'), 'x', { mode: 0o600 })
      }
      const creates = 'stripComponents' in ours ? 'current' : 'app'
      const task = unarchive('it', { src, remoteSrc: true, dest: own, creates: join(own, creates), ...ours })
      assert.deepEqual((await converge(task)).left, [])
      const args = { src, dest: other, remote_src: true, creates: join(other, creates), ...theirs }
      const results = runAnsible([
        { module: 'unarchive', args },
        { module: 'unarchive', args },
      ])
      assert.deepEqual(
        results.map(({ changed }) => changed),
        [true, false],
        JSON.stringify(results),
      )
      // Ansible gives no owner to a directory that the archive does not name.
      const compared = (folder: string) =>
        listing(folder).filter((line) => ours.owner === undefined || !/ 4\d{4} /.test(line))
      assert.deepEqual(compared(own), compared(other))
    })
})
