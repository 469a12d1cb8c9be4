import assert from 'node:assert/strict'
import type { Host } from 'run-playbook'
import { followersOf } from '../../../../playbooks/plays/database.ts'
import type { WayBack } from '../../../../lib/cluster/survey.ts'
import { b, c, factsOf, hosts, orphan, primary, replica, silent } from '../../cluster/nodes.ts'

const followers = (...facts: Parameters<typeof factsOf>) => {
  const context = { hosts, facts: { node: factsOf(...facts) } }
  const returning = new Map<Host, WayBack>([[c, 'rewind']])
  return {
    all: followersOf(context, b, new Map()).map(({ name }) => name),
    settled: followersOf(context, b, returning).map(({ name }) => name),
  }
}

describe('whom a new primary waits for', () => {
  it('is a replica that streamed from the old one; not itself, nor one that has to be brought back', () => {
    const seen = followers(silent, replica(), replica())
    assert.deepEqual(seen, { all: ['node-c'], settled: [] })
    assert.deepEqual(followers(primary(), replica(), orphan(1)).all, [])
  })
})
