import assert from 'node:assert/strict'
import { sandbox } from '../../../lib/cluster/sandbox.ts'

describe('the sandbox of a unit', () => {
  const lines = (writes: readonly string[]): string[] =>
    sandbox({ writes, capabilities: ['CAP_SETUID', 'CAP_SETGID'], families: ['AF_UNIX'] }).split('\n')

  it('names what the unit may do, and nothing else', () => {
    const found = lines(['/srv/state'])
    assert.ok(found.includes('CapabilityBoundingSet=CAP_SETUID CAP_SETGID'))
    assert.ok(found.includes('RestrictAddressFamilies=AF_UNIX'))
    assert.ok(found.includes('ReadWritePaths="-/srv/state"'))
  })

  it('takes a folder of any name for one folder', () => {
    assert.ok(lines(['/mnt/a b', '/x/%h']).includes('ReadWritePaths="-/mnt/a b" "-/x/%%h"'))
    assert.ok(lines(['/a"b\\c']).includes('ReadWritePaths="-/a\\"b\\\\c"'))
  })
})
