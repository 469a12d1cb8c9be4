import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { install } from '../../support/install.ts'
import { useTemp } from '../modules/driver.ts'

describe('what a verify, a backup or a copy left behind', () => {
  const folder = useTemp()
  before(() => {
    install('/usr/bin/jq', 'jq')
    install('/bin/busybox', 'busybox')
  })

  for (const shell of [['dash'], ['busybox', 'sh']] as const)
    it(`is read at the first look, and whenever it is replaced, under ${shell.join(' ')}`, () => {
      const write = (name: string, label: string, text: unknown): string => {
        const record = { at: 1, result: 'ok', seconds: 2, label, text }
        writeFileSync(join(folder(), name), JSON.stringify(record))
        return join(folder(), name)
      }
      write('verify.json', 'before', ['it’s', 'damaged'])
      const later = write('later', 'after', '')
      const script = `
        cd docker/postgres/lib && . ./look.sh
        state=${folder()} run=${folder()}
        look() { _look_at_records; echo "$verify_label, $verify_text, $backup_at"; }
        look; mv ${later} $state/verify.json; look; look`
      const [program, ...args] = [...shell, '-euc', script]
      const said = execFileSync(program, args, { encoding: 'utf8' })
      assert.deepEqual(said.trim().split('\n'), ['before, it’s; damaged, 0', 'after, , 0', 'after, , 0'])
    })
})
