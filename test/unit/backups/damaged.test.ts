import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { install } from '../../support/install.ts'
import { useTemp } from '../modules/driver.ts'

const NOW = 1_800_000_000
const HOUR = 3600

interface Backup {
  readonly type: 'full' | 'diff'
  readonly hoursAgo: number
  readonly error: boolean
}

describe('a backup with damaged pages', () => {
  const folder = useTemp()

  /** What the service sees in a repository with these backups, and then makes of it. */
  function round(backups: readonly Backup[], then: string): string {
    const info = backups.map(({ type, hoursAgo, error }, i) => ({
      label: `backup-${i}`,
      type,
      error,
      timestamp: { stop: NOW - hoursAgo * HOUR },
      archive: { start: '000000010000000000000007', stop: '000000010000000000000007' },
      info: { repository: { delta: 1 } },
    }))
    mkdirSync(join(folder(), 'bin'), { recursive: true })
    writeFileSync(
      join(folder(), 'info'),
      JSON.stringify([{ status: { code: 0, message: 'ok' }, backup: info }]),
    )
    writeFileSync(join(folder(), 'bin/pgbackrest'), `#!/bin/sh\ncat ${folder()}/info\n`, { mode: 0o755 })
    const script = `
      cd docker/postgres/lib
      for part in look schedule health; do . ./$part.sh; done
      run=${folder()} job= backup_result=ok backup_at=0 answers=yes timeline=1 hole=
      : > $run/problems
      _look_into_repository
      ${then}`
    return execFileSync('sh', ['-euc', script], {
      env: {
        PATH: `${folder()}/bin:${process.env['PATH'] ?? ''}`,
        BACKUP_AT_MINUTE: '0',
        BACKUP_JITTER: '0',
      },
      encoding: 'utf8',
    }).trim()
  }
  const good = { type: 'full', hoursAgo: 30, error: false } as const
  const bad = { type: 'full', hoursAgo: 0.1, error: true } as const

  before(() => install('/usr/bin/jq', 'jq'))

  it('is not taken again at once, and again', () => {
    assert.equal(round([good, bad], `_due ${NOW}`), '')
    assert.equal(round([bad], `_due ${NOW}`), '')
    assert.match(round([{ ...good, hoursAgo: 24 * 9 }], `_due ${NOW}`), /^full/)
  })

  const problems = (...backups: Backup[]): string =>
    round(backups, `_slots ${NOW}; _health_of_backups ${NOW}; cat $run/problems`)

  it('is told of, with how old the newest good one is', () => {
    assert.match(
      problems(good, bad),
      /^damaged-pages\tcritical\tbackup backup-1 holds pages .* The newest good backup is 30 hours old, and no backup is expired/,
    )
    assert.match(problems(bad), /There is no good backup, and no backup is expired/)
  })

  it('is forgotten when a good one was made', () => {
    assert.equal(problems({ ...bad, hoursAgo: 2 }, { ...good, hoursAgo: 0.1 }), '')
  })
})
