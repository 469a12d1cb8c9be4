import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keepData } from '../../../roles/postgres-replica/keeps-data.ts'

describe('a node whose re-clone is aborted', () => {
  let dir: string
  let data: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'keeps-'))
    data = join(dir, 'data')
    mkdirSync(join(data, 'pgdata/global'), { recursive: true })
    mkdirSync(join(data, 'pgdata.clone'))
    writeFileSync(join(data, 'pgdata/global/pg_control'), '')
    writeFileSync(join(data, 'rejoin'), 'action=reclone\n')
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  /** `meanwhile`: what the entrypoint has done when its container ends. */
  const abort = (meanwhile = '') => {
    const docker = `#!/bin/sh\necho "$*" >> ${dir}/did\ncase $1 in stop) ${meanwhile || 'exit 0'} ;; esac\n`
    writeFileSync(join(dir, 'docker'), docker, { mode: 0o755 })
    const { status, stderr } = spawnSync('sh', ['-ec', keepData('node-c', data)], {
      env: { PATH: `${dir}:${process.env['PATH']}` },
      encoding: 'utf8',
      timeout: 10_000,
    })
    return { status, stderr, did: readFileSync(join(dir, 'did'), 'utf8') }
  }

  it('goes on with the data that it has', () => {
    const { status, did } = abort()
    assert.equal(status, 0)
    assert.equal(did, 'stop postgres\nstart postgres\n')
    assert.ok(existsSync(join(data, 'pgdata/global/pg_control')))
    for (const name of ['rejoin', 'pgdata.clone']) assert.ok(!existsSync(join(data, name)), name)
  })

  it('goes on as it is where the copy was complete, or the old data is gone, and that is said', () => {
    const complete = abort(`rm ${data}/rejoin`)
    assert.equal(complete.status, 1)
    assert.match(complete.stderr, /passed on node-c: the copy was complete/)
    writeFileSync(join(data, 'rejoin'), '')
    const gone = abort(`rm -r ${data}/pgdata`)
    assert.equal(gone.status, 1)
    assert.match(gone.stderr, /passed on node-c: the old data has been deleted/)
    assert.ok(existsSync(join(data, 'rejoin')), 'the copy is finished by itself')
    assert.match(gone.did, /start postgres\n$/)
  })

  it('does not copy again, and leaves no old data, where the copy had just taken its place', () => {
    mkdirSync(join(data, 'pgdata.old/global'), { recursive: true })
    rmSync(join(data, 'pgdata.clone'), { recursive: true })
    const complete = abort()
    assert.equal(complete.status, 1)
    assert.match(complete.stderr, /passed on node-c: the copy was complete/)
    for (const name of ['rejoin', 'pgdata.old']) assert.ok(!existsSync(join(data, name)), name)
    assert.match(complete.did, /start postgres\n$/)
  })

  it('is known for what it is as long as the copy is being removed', () => {
    writeFileSync(
      join(dir, 'rm'),
      '#!/bin/sh\ncase "$*" in *pgdata.clone*) exit 1 ;; esac\nexec /bin/rm "$@"\n',
      {
        mode: 0o755,
      },
    )
    assert.equal(abort().status, 1)
    assert.ok(existsSync(join(data, 'rejoin')), 'the next abort would say that there is nothing to abort')
  })
})
