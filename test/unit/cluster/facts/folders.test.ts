import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { foldersScript, parseFolders } from '../../../../lib/cluster/facts/folders.ts'
import { SHELLS, run, useTemp } from '../../modules/driver.ts'

const found = (stdout: string) =>
  parseFolders(stdout.split('\n')).openFolders.map(({ path, obstacle }) => ({
    path,
    because: obstacle?.because,
  }))

describe('which folders users of a node can come through to those of the cluster', () => {
  const temp = useTemp()
  const at = (path: string): string => join(temp(), path)
  const make = (...paths: readonly string[]) => {
    for (const path of paths) mkdirSync(at(path), { recursive: true })
  }
  before(function () {
    if (process.getuid?.() !== 0) this.skip()
  })
  // As a folder of the operating system's, such as /, would be.
  beforeEach(() => chmodSync(temp(), 0o755))

  for (const [name, shell] of Object.entries(SHELLS)) {
    const look = async (...paths: readonly string[]) => {
      const { code, stdout, stderr } = await run(shell, { script: foldersScript(paths) })
      assert.deepEqual([code, stderr.toString()], [0, ''])
      return found(stdout.toString())
    }

    describe(`with ${name}`, () => {
      it('are those that hold nothing else, and can be closed', async () => {
        make('data/postgres/pgdata', 'data/backups', 'data/lost+found')
        const closable = [{ path: at('data'), because: undefined }]
        assert.deepEqual(await look(at('data/postgres'), at('data/backups'), at('data/restore')), closable)
        assert.deepEqual(await look(`${at('data/postgres')}/`, at('data/backups')), closable)
      })

      it('are those that are still to be made', async () => {
        assert.deepEqual(await look(at('new/postgres')), [{ path: at('new'), because: undefined }])
        make('disk')
        assert.deepEqual(await look(at('disk/new/pg/data')), [
          { path: at('disk/new/pg'), because: undefined },
        ])
      })

      it('are none where one of them is for root only, or for a group that the operator chose', async () => {
        make('data/pg/postgres')
        for (const mode of [0o700, 0o750, 0o754, 0o1770]) {
          chmodSync(at('data'), mode)
          assert.deepEqual(await look(at('data/pg/postgres')), [], mode.toString(8))
        }
        for (const mode of [0o755, 0o711, 0o701, 0o1777]) {
          chmodSync(at('data'), mode)
          assert.deepEqual(
            await look(at('data/pg/postgres')),
            [{ path: at('data/pg'), because: undefined }],
            mode.toString(8),
          )
        }
      })

      it('stay open when they hold something else, are not root’s, or are the system’s', async () => {
        make('data/postgres', "data/www it's", 'data/a', 'data/.b', 'data/c')
        const [data, ...more] = await look(at('data/postgres'))
        assert.deepEqual(more, [])
        assert.equal(data?.path, at('data'))
        assert.match(data?.because ?? '', /^it also contains (\.b|a), /)
        make('home/postgres')
        chownSync(at('home'), 4711, 4711)
        assert.deepEqual(await look(at('home/postgres')), [
          { path: at('home'), because: 'it belongs to uid 4711' },
        ])
        // Closed to others, but its owner would come through.
        chmodSync(at('home'), 0o700)
        assert.equal((await look(at('home/postgres'))).length, 1)
        assert.deepEqual(await look('/srv/run-playbook-is-not-here'), [
          { path: '/srv', because: 'it is a directory of the system' },
        ])
        assert.deepEqual(await look('/run-playbook-is-not-here'), [
          { path: '/', because: 'it is a directory of the system' },
        ])
      })

      it('are those at the end of links', async () => {
        make('data', 'disk/pg')
        chmodSync(at('data'), 0o700)
        symlinkSync(at('disk/pg'), at('data/postgres'))
        assert.deepEqual(await look(at('data/postgres')), [{ path: at('disk'), because: undefined }])
        symlinkSync('disk', at('link'))
        assert.deepEqual(await look(at('link/pg')), [{ path: at('disk'), because: undefined }])
      })

      it('are not made up by names that others put there', async () => {
        make('data/postgres')
        for (const line of ['x\\nopen 0 ext4 \\057victim', 'y\nopen 0 ext4 victim'])
          mkdirSync(join(at('data'), line))
        assert.deepEqual(
          (await look(at('data/postgres'))).map(({ path }) => path),
          [at('data')],
        )
      })

      it('are told apart whatever their names are', async () => {
        make('a b$(touch x)`y`', 'a b$(touch x)`y`/po*s', 'a b$(touch x)`y`/pots')
        assert.deepEqual(await look(at('a b$(touch x)`y`/po*s')), [
          { path: at('a b$(touch x)`y`'), because: 'it also contains pots' },
        ])
      })
    })
  }

  it('stay open where a mode may mean nothing', () => {
    assert.deepEqual(found('open 0 nfs /mnt/nas\nopen 0 ext2/ext3 /data\n'), [
      { path: '/data', because: undefined },
      { path: '/mnt/nas', because: 'its file system (nfs) may not keep a mode' },
    ])
  })
})
