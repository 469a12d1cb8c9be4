import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { useTemp } from '../modules/driver.ts'

describe('a repository on a disk that is nearly full', () => {
  const folder = useTemp()

  function problems(freeKb: number, sameDisk: boolean, look = '_health_of_disk'): string {
    const at = (path: string): string => join(folder(), path)
    for (const name of ['bin', 'repo', 'data']) mkdirSync(at(name), { recursive: true })
    writeFileSync(at('bin/df'), `#!/bin/sh\necho header\necho disk 2000000 0 ${freeKb} 99% /\n`, {
      mode: 0o755,
    })
    const script = `. docker/postgres/lib/health.sh
      run=${folder()} repo=${at('repo')} PGDATA=${sameDisk ? at('data') : '/proc'} delta=0
      : > $run/problems; ${look}; cat $run/problems`
    return execFileSync('sh', ['-euc', script], {
      env: { PATH: `${at('bin')}:${process.env['PATH'] ?? ''}` },
      encoding: 'utf8',
    })
  }

  it('is a danger to the database, if that is there too', () => {
    assert.equal(problems(500_000, true), '')
    const shared = /the database is on the same disk, and stops when the disk is full/
    // Under 64 MB it is full; nearly full it is under a twentieth of two million KB.
    assert.match(problems(30_000, true), /^full\tcritical/)
    assert.match(problems(30_000, true), shared)
    assert.match(problems(90_000, true), /^nearly-full\twarning/)
    assert.match(problems(90_000, true), shared)
    assert.doesNotMatch(problems(30_000, false), /the database/)
  })

  it('is not all: the database may have a disk of its own, which fills up too', () => {
    const others = ['other_disks', 'files', 'account', 'archive', 'backups', 'offsite', 'node']
    const look = `${others.map((name) => `_health_of_${name}() { :; }`).join('; ')}; _health 0`
    assert.equal(problems(500_000, false, look), '')
    assert.match(
      problems(90_000, false, look),
      /^data-nearly-full\twarning\tthe disk of the database has 87 of 1953 MB free/m,
    )
    assert.match(
      problems(30_000, false, look),
      /^data-full\tcritical\tthe disk of the database is nearly full: 29 of 1953 MB are free/m,
    )
    // Of one disk for both the words about the repository speak.
    assert.doesNotMatch(problems(30_000, true, look), /^data-/m)
  })
})
