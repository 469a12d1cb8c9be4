import assert from 'node:assert/strict'
import type { Host } from 'run-playbook'
import { hostVarsOf } from '../../../../lib/cluster/vars/host.ts'
import { a } from '../nodes.ts'

const vars = (more: Record<string, string>) => hostVarsOf({ ...a, vars: more } as unknown as Host)

describe('the folders of a node', () => {
  it('that are emptied are not those of the data or the backups, nor around or in them', () => {
    for (const wrong of [
      { restoreDir: '/data/postgres' },
      { restoreDir: '/data' },
      { restoreDir: '/' },
      { restoreDir: '/data/backups/copies' },
      { drillDir: '/data/x/../backups/' },
      { drillDir: '/data/restore/drill' },
      { dataDir: '/srv', restoreDir: '/srv/restore' },
    ])
      assert.throws(() => vars(wrong), { code: 'E_FOLDERS', message: /node-a: (restore|drill)Dir/ })
    assert.throws(() => vars({ restoreDir: '/data/postgres' }), {
      message: /restoreDir \/data\/postgres and dataDir \/data\/postgres are the same/,
    })
  })

  it('may have names that begin alike', () => {
    assert.equal(vars({ restoreDir: '/data/postgres2' }).restoreDir, '/data/postgres2')
    assert.equal(vars({ dataDir: '/srv/pg', drillDir: '/srv/pg-drill' }).drillDir, '/srv/pg-drill')
  })
})
