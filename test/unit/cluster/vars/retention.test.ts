import assert from 'node:assert/strict'
import type { Host } from 'run-playbook'
import { compileTemplate } from '../../../../lib/templates/index.ts'
import { hostVarsOf } from '../../../../lib/cluster/vars/host.ts'
import { retentionOptions } from '../../../../lib/cluster/vars/backup-policy.ts'
import { a } from '../nodes.ts'

const FILE = new URL('../../../../roles/postgres-node/templates/pgbackrest.conf.hbs', import.meta.url)

const configured = (retention?: object): string[] => {
  const vars = hostVarsOf({ ...a, vars: retention === undefined ? {} : { retention } } as unknown as Host)
  const text = compileTemplate({ file: FILE }).render({
    address: a.address,
    port: 5432,
    nodes: [],
    peers: [],
    retention: retentionOptions(vars.retention),
    stanza: 'main',
    tlsPort: 8432,
    processes: 1,
  })
  return String(text)
    .split('\n')
    .flatMap((line) => /^repo1-retention-(.*)/.exec(line)?.[1] ?? [])
}

describe('what a repository keeps', () => {
  it('is two weeks by default, so that backups by hand take nothing away', () => {
    assert.deepEqual(configured(), ['full-type=time', 'full=14', 'diff=7'])
  })

  it('is as many full backups, or as many days, as the inventory says', () => {
    assert.deepEqual(configured({ full: 2, diff: 3 }), ['full-type=count', 'full=2', 'diff=3'])
    assert.deepEqual(configured({ full: '30d' }), ['full-type=time', 'full=30', 'diff=7'])
    for (const wrong of [{ full: 0 }, { full: '0d' }, { full: '14' }, { fulls: 2 }, { diff: 0 }])
      assert.throws(() => configured(wrong), { code: 'E_BAD_VARS', message: /retention/ })
  })
})
