import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { compileTemplate } from '../../../lib/templates/index.ts'
import { install } from '../../support/install.ts'
import { useTemp } from '../modules/driver.ts'

const FILE = new URL('../../../roles/postgres-offsite/templates/run-offsite.hbs', import.meta.url)

describe('the copy off the site', () => {
  const folder = useTemp()
  const at = (path: string): string => join(folder(), path)
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(at(path)), { recursive: true })
    writeFileSync(at(path), text, { mode: 0o755 })
  }
  /** Another host that is this one: what would go through ssh runs here. */
  const copied = (env: Record<string, string> = {}): { result: string; text: string } => {
    put('ssh', '#!/bin/sh\nshift\nexec "$@"\n')
    const vars = {
      backups: at('backups'),
      place: `there:${at('elsewhere')}`,
      lock: at('lock'),
      state: at('state'),
    }
    const text = compileTemplate({ file: FILE }).render({ ...vars, target: `${vars.place}/node-a` })
    const { stderr } = spawnSync('sh', ['-c', String(text)], {
      env: { ...process.env, RSYNC_RSH: `sh ${at('ssh')}`, ...env },
      encoding: 'utf8',
    })
    assert.equal(stderr, '')
    return JSON.parse(readFileSync(at('state/offsite.json'), 'utf8')) as { result: string; text: string }
  }
  const repository = (words: string): void => {
    put('backups/backup/main/backup.info', words)
    put('backups/archive/main/archive.info', words)
    put(`backups/backup/main/${words}/file`, words)
  }
  const elsewhere = (words: string): boolean => existsSync(at(`elsewhere/node-a/backup/main/${words}/file`))

  before(() => install('/usr/bin/rsync', 'rsync'))
  beforeEach(() => {
    for (const name of ['elsewhere', 'lock', 'state']) mkdirSync(at(name), { recursive: true })
    repository('first')
    assert.deepEqual(copied().result, 'ok')
    assert.ok(elsewhere('first'))
  })

  it('follows its repository, also in what that has expired', () => {
    renameSync(at('backups/backup/main/first'), at('backups/backup/main/second'))
    assert.equal(copied().result, 'ok')
    assert.deepEqual(
      [elsewhere('first'), existsSync(at('elsewhere/node-a/backup/main/second'))],
      [false, true],
    )
  })

  it('stays as it is when the repository was wiped', () => {
    rmSync(at('backups'), { recursive: true })
    mkdirSync(at('backups'))
    const { result, text } = copied()
    assert.equal(result, 'failed')
    assert.match(text, /backup\.info is not there, so nothing is copied .* may be all that is left/)
    assert.ok(elsewhere('first'))
  })

  it('is not overwritten by a repository that was begun anew, and says what to do', () => {
    rmSync(at('backups'), { recursive: true })
    repository('anew')
    const { result, text } = copied()
    assert.equal(result, 'failed')
    assert.match(text, /holds the copy of another repository .* Move it aside there/)
    assert.deepEqual([elsewhere('first'), elsewhere('anew')], [true, false])
    renameSync(at('elsewhere/node-a'), at('elsewhere/node-a.old'))
    assert.equal(copied().result, 'ok')
    assert.ok(elsewhere('anew'))
  })

  it('goes on with a repository that was copied back from it', () => {
    rmSync(at('backups'), { recursive: true })
    renameSync(at('elsewhere/node-a'), at('backups'))
    assert.equal(copied().result, 'ok')
    assert.ok(elsewhere('first'))
  })

  it('of files that went away meanwhile still ends with the lists', () => {
    put('bin/rsync', `#!/bin/sh\n/usr/bin/rsync "$@" || exit\ncase $* in *exclude*) exit 24 ;; esac\n`)
    repository('a-later-one')
    assert.equal(copied({ PATH: `${at('bin')}:${process.env['PATH'] ?? ''}` }).result, 'ok')
    assert.equal(readFileSync(at('elsewhere/node-a/backup/main/backup.info'), 'utf8'), 'a-later-one')
  })

  it('that breaks off is a failure', () => {
    put(
      'bin/rsync',
      '#!/bin/sh\ncase $* in *delete*) echo broken pipe; exit 12 ;; esac\nexec /usr/bin/rsync "$@"\n',
    )
    const { result, text } = copied({ PATH: `${at('bin')}:${process.env['PATH'] ?? ''}` })
    assert.deepEqual([result, /broken pipe/.test(text)], ['failed', true])
  })
}).timeout(30_000)
