import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { compileTemplate } from '../../../lib/templates/index.ts'
import { handOverSteps } from '../../../roles/postgres-promote/hand-over-steps.ts'
import { rejoinScript } from '../../../roles/postgres-replica/rejoin-script.ts'
import { STOP, setAside } from '../../../roles/postgres-restore/scripts.ts'
import { useTemp } from '../modules/driver.ts'
import { PRIVILEGE_OPTIONS } from '../../../lib/cluster/privileges.ts'

const POSTGRES = 4711

// The folders of a node belong to the user of its container, which may have been taken over.
describe('links that postgres plants in its folders', () => {
  const temp = useTemp()
  const at = (path: string): string => join(temp(), path)

  before(function () {
    if (process.getuid?.() !== 0) this.skip()
  })
  beforeEach(() => {
    chmodSync(temp(), 0o755)
    for (const name of ['bin', 'root', 'data', 'backups', 'state', 'lock', 'elsewhere']) mkdirSync(at(name))
    for (const name of ['data', 'backups', 'state', 'lock']) chownSync(at(name), POSTGRES, POSTGRES)
    chmodSync(at('root'), 0o700)
    writeFileSync(at('root/secret'), 'of root\n')
    writeFileSync(at('bin/docker'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    writeFileSync(at('bin/sleep'), '#!/bin/sh\n', { mode: 0o755 })
  })

  /** Each name twice: as a link to a file of root's, and as a link to one that is not there. */
  function tried(names: readonly string[], script: string): void {
    for (const victim of ['secret', 'new']) {
      for (const name of names) {
        spawnSync('rm', ['-rf', at(name)])
        symlinkSync(at(`root/${victim}`), at(name))
        lchownSync(at(name), POSTGRES, POSTGRES)
        // Of yesterday, or it would be the report of a drill that said what was wrong.
        spawnSync('touch', ['-h', '-d', '2026-01-01', at(name)])
      }
      spawnSync('sh', ['-c', script], {
        env: { PATH: `${at('bin')}:${process.env['PATH']}`, RSYNC_RSH: 'false' },
        timeout: 20_000,
      })
      assert.deepEqual(readdirSync(at('root')), ['secret'])
      assert.equal(readFileSync(at('root/secret'), 'utf8'), 'of root\n')
      assert.equal(spawnSync('stat', ['-c', '%u', at('root/secret')]).stdout.toString(), '0\n')
    }
  }

  const template = (name: string, vars: object): string =>
    String(
      compileTemplate({
        file: new URL(`../../../roles/postgres-${name}/templates/run-${name}.hbs`, import.meta.url),
      }).render(vars),
    )
  const order = { node: 'node-a', id: 'x', keep: true, options: [] } as unknown as Parameters<typeof STOP>[1]

  it('lead root nowhere when a node rejoins', () =>
    tried(
      ['data/.rejoin.new', 'data/rejoin'],
      rejoinScript({ way: 'rewind', because: '', dataDir: at('data'), primary: '::1', container: 'none' }),
    ))

  it('lead root nowhere when a primary hands over, or is fenced', () => {
    const [, step] = handOverSteps({
      dataDir: at('data'),
      address: '::1',
      port: 1,
      image: 'none',
      successor: 'node-b',
      successorAddress: '::1',
    })
    assert.ok(step !== undefined && 'script' in step)
    tried(['data/.fenced.new'], String(step.script))
  })

  it('lead root nowhere when a cluster is taken back', () => {
    mkdirSync(at('data/pgdata'))
    tried(['data/fenced'], STOP(at('data'), order))
    tried(['data/restore.aside', 'backups/aside-x'], setAside(at('data'), at('backups'), order))
  })

  it('lead root nowhere when a repository is copied off the site', () => {
    for (const list of ['backup/main/backup.info', 'archive/main/archive.info']) {
      mkdirSync(dirname(at(`backups/${list}`)), { recursive: true })
      writeFileSync(at(`backups/${list}`), 'x')
    }
    const vars = {
      backups: at('backups'),
      place: 'there:/elsewhere',
      target: 'there:/elsewhere/node-a',
      lock: at('lock'),
      state: at('state'),
    }
    writeFileSync(at('bin/rsync'), '#!/bin/sh\nexit 0\n', { mode: 0o755 })
    tried(
      ['backups/offsite.id', 'lock/expire.flock', 'state/offsite.json', 'state/offsite.json.new'],
      template('offsite', vars),
    )
  })

  it('lead root nowhere when a drill could not begin', () =>
    tried(
      ['state/drill.json', 'state/drill.json.new'],
      template('drill', {
        image: 'none',
        backups: at('backups'),
        scratch: at('elsewhere'),
        lock: at('lock'),
        state: at('state'),
        cipher: at('none'),
        privileges: PRIVILEGE_OPTIONS,
      }),
    ))
})
