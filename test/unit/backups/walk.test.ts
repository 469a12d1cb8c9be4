import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { install } from '../../support/install.ts'
import { useTemp } from '../modules/driver.ts'

describe('a walk through the repository', () => {
  const folder = useTemp()
  before(() => install('/bin/busybox', 'busybox'))

  for (const shell of [['dash'], ['busybox', 'sh']] as const) {
    /** Which files were changed, by what two walks see with `then` between them. */
    function changed(then: (name: string) => void): string[] {
      const archive = join(folder(), 'archive/main/17-1')
      mkdirSync(archive, { recursive: true })
      mkdirSync(join(folder(), 'backup'))
      const files = ['00000002.history', '000000010000000000000001-0123.zst'].map((one) => join(archive, one))
      for (const file of files) writeFileSync(file, 'as it was')
      const script = `
        cd docker/postgres/lib
        repo=${folder()} state=${folder()} run=${folder()} PGBACKREST_STANZA=main code=0 labels= start= segment=
        _say() { :; }
        . ./walk.sh
        _walk 1`
      const [program, ...args] = [...shell, '-euc', script]
      execFileSync(program, args)
      // Times of change are compared by the second.
      execFileSync('sleep', ['1.1'])
      files.forEach(then)
      execFileSync(program, args)
      const list = join(folder(), 'repository.changed')
      if (!existsSync(list)) return []
      return readFileSync(list, 'utf8').match(/[^/]+(?= was changed)/g) ?? []
    }

    it(`finds a segment that was written again, but not a history that still says the same, under ${shell.join(' ')}`, () => {
      assert.deepEqual(
        changed((file) => writeFileSync(file, 'as it was')),
        ['000000010000000000000001-0123.zst'],
      )
    })

    it(`finds a history that says something else, under ${shell.join(' ')}`, () => {
      const found = changed((file) => writeFileSync(file, 'anew'))
      assert.deepEqual(found.toSorted(), ['000000010000000000000001-0123.zst', '00000002.history'].toSorted())
    })
  }
})
