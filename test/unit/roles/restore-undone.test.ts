import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Order } from '../../../lib/cluster/restore/order.ts'
import { goBack } from '../../../roles/postgres-restore/abort-scripts.ts'

const order: Order = { id: 'one', node: 'node-a', to: '', wish: '', options: [], keep: true, abortable: true }

describe('the data of a node whose restore is aborted', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'undone-'))
    mkdirSync(join(dir, 'data'))
    mkdirSync(join(dir, 'backups'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), text)
  }
  const cluster = (name: string, words: string) => put(`data/${name}/global/pg_control`, words)
  const report = (state: string, as = 'one') => put('data/restore.report', `as=${as}\nstate=${state}\nat=1\n`)
  const data = () => readFileSync(join(dir, 'data/pgdata/global/pg_control'), 'utf8')
  const left = (folder = 'data') => readdirSync(join(dir, folder)).toSorted()

  /** Runs the script. `killedAt`: the command before which it dies, as a node without power would. */
  const abort = (killedAt?: string) => {
    const says = '#!/bin/sh\necho "$*" >> "$DID"\n'
    writeFileSync(join(dir, 'docker'), says, { mode: 0o755 })
    rmSync(join(dir, 'did'), { force: true })
    for (const name of ['mv', 'rm', 'sync']) {
      const dies = killedAt !== undefined && killedAt.startsWith(`${name} `)
      const test = dies
        ? `case "$*" in ${killedAt.slice(name.length + 1)}) kill -9 $PPID; exit 1 ;; esac\n`
        : ''
      writeFileSync(join(dir, name), `#!/bin/sh\n${test}exec /bin/${name} "$@"\n`, { mode: 0o755 })
    }
    const places = { dataDir: join(dir, 'data'), backupDir: join(dir, 'backups') }
    const { status, stderr } = spawnSync('sh', ['-ec', goBack(places, order)], {
      env: { PATH: `${dir}:${process.env['PATH']}`, DID: join(dir, 'did') },
      encoding: 'utf8',
      timeout: 10_000,
    })
    const did = existsSync(join(dir, 'did')) ? readFileSync(join(dir, 'did'), 'utf8') : ''
    return { status, stderr, did }
  }

  it('stay where they are, and the server goes on, where nothing was moved yet', () => {
    cluster('pgdata', 'old')
    report('done', 'an earlier one')
    const { status, did } = abort()
    assert.equal(status, 0)
    assert.equal(did, '')
    assert.equal(data(), 'old')
    assert.ok(left().includes('restore.report'), 'of another restore')
  })

  it('are kept, and what was fetched goes, where the restore was not through', () => {
    cluster('pgdata', 'old')
    cluster('pgdata.restore', 'new')
    put('data/tablespaces.one/x', 'new')
    for (const state of ['running', 'proved']) {
      report(state)
      const { status, did } = abort()
      assert.equal(status, 0)
      assert.match(did, /rm -f postgres-restore\nstop postgres pgbackrest/)
      assert.equal(data(), 'old')
      assert.deepEqual(left(), ['pgdata', 'restore.aborting'])
    }
  })

  it('come back where the restored ones had taken their place', () => {
    cluster('pgdata', 'new')
    cluster('pgdata.replaced-one', 'old')
    report('done')
    assert.equal(abort().status, 0)
    assert.equal(data(), 'old')
    assert.deepEqual(left(), ['pgdata', 'restore.aborting'])
  })

  it('come back on the other nodes, with their repository', () => {
    cluster('pgdata.replaced-one', 'old')
    put('backups/aside-one/archive/a', '')
    put('backups/aside-one/backup/b', '')
    assert.equal(abort().status, 0)
    assert.equal(data(), 'old')
    assert.deepEqual(left('backups'), ['archive', 'backup'])
  })

  it('are none again where there were none', () => {
    cluster('pgdata', 'new')
    report('done')
    assert.equal(abort().status, 0)
    assert.deepEqual(left(), ['restore.aborting'])
  })

  it('are never taken for restored ones by a second run, wherever the first one was killed', () => {
    const kills = [
      'mv -f*',
      'rm -rf pgdata',
      'mv -T*',
      'rm -rf pgdata.restore*',
      'rm -f restore.report',
      'mv aside*',
    ]
    for (const kill of kills)
      for (const swapped of [true, false]) {
        rmSync(join(dir, 'data'), { recursive: true })
        rmSync(join(dir, 'backups'), { recursive: true })
        cluster('pgdata', swapped ? 'new' : 'old')
        cluster(swapped ? 'pgdata.replaced-one' : 'pgdata.restore', swapped ? 'old' : 'new')
        report(swapped ? 'done' : 'proved')
        put('backups/aside-one/archive/a', '')
        const { status } = abort(kill)
        if (swapped) assert.notEqual(status, 0, `${kill} was not killed`)
        const again = abort()
        assert.equal(again.status, 0, again.stderr)
        assert.equal(data(), 'old', `killed before ${kill}`)
        assert.deepEqual(left(), ['pgdata', 'restore.aborting'])
        assert.deepEqual(left('backups'), ['archive'])
      }
  })

  it('do not take the place of a repository that is there', () => {
    cluster('pgdata.replaced-one', 'old')
    put('backups/aside-one/archive/a', '')
    put('backups/archive/b', '')
    const { status, stderr } = abort()
    assert.equal(status, 1)
    assert.match(stderr, /backups\/archive is in the way of .*aside-one\/archive/)
  })
})
