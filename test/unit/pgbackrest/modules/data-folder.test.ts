import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { LABEL_SUM, dataFolder, folderKey } from '../../../../lib/pgbackrest/modules/restore/data-folder.ts'
import { SHELLS, answers, useTemp } from '../../modules/driver.ts'

const PLACE = { user: userInfo().username, stanza: 'main', sees: [] }

describe('reading a data folder', () => {
  const folder = useTemp()

  for (const [name, shell] of Object.entries(SHELLS)) {
    it(`tells what it holds, with ${name}`, async () => {
      const made = (path: string, script: string): string => {
        const whole = join(folder(), path)
        execFileSync('sh', ['-ec', `mkdir "$1"; cd "$1"; ${script}`, 'sh', whole])
        return folderKey(PLACE, whole)
      }
      const restored = `{ label=backup_label; ${LABEL_SUM}; echo --type=default; } > run-playbook.restored`
      const keys = [
        folderKey(PLACE, join(folder(), 'no such')),
        made('empty', ''),
        made('- odd', 'touch .hidden'),
        made('cluster', 'touch PG_VERSION postmaster.pid'),
        made('unfinished', 'touch PG_VERSION backup.manifest'),
        made('restored', `touch PG_VERSION; echo 1 > backup_label; ${restored}`),
        made(
          'started',
          `touch PG_VERSION; echo 1 > backup_label; ${restored}; mv backup_label backup_label.old`,
        ),
        made('copied', `touch PG_VERSION; echo 1 > backup_label; ${restored}; echo 2 > backup_label`),
      ]
      const found = await answers(shell, dataFolder, keys)
      const said = found.map((one) =>
        one instanceof Error
          ? one.message
          : [one.holds, one.inUse ? 'used' : '', one.restoredBy].join(' ').trim(),
      )
      assert.deepEqual(said, [
        'nothing',
        'nothing',
        'other',
        'cluster used',
        'unfinished',
        'cluster  --type=default',
        'cluster  --type=default',
        'cluster',
      ])
    })
  }
})
