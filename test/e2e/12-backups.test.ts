import assert from 'node:assert/strict'
import { pgbackrest } from './repository.ts'
import { archive } from './restore.ts'
import { NODES, onNode } from './support.ts'

interface Info {
  readonly backup: readonly { readonly type: string; readonly error: boolean | null }[]
}

describe('the backups of a new cluster', function () {
  this.timeout(600_000)

  it('are a full one on every node, in a repository of its own that passes its check', async () => {
    for (const node of NODES) {
      const [stanza] = JSON.parse(
        await pgbackrest(node, 'pgbackrest info --output=json --log-level-console=off'),
      ) as Info[]
      assert.equal(stanza?.backup[0]?.type, 'full', node)
      assert.ok(stanza.backup.every(({ error }) => error !== true))
      await pgbackrest(node, 'pgbackrest check')
    }
  })

  it('have the same WAL, byte for byte', async () => {
    const last = await archive('node-a')
    const [first, ...others] = await Promise.all(NODES.map(segments))
    assert.ok(first !== undefined)
    for (const other of others) {
      // A replica's archive begins with its copy of the primary.
      const shared: string[] = [...other.keys()].filter((name) => first.has(name))
      assert.ok(shared.length >= 2, `${shared.length} segments in common`)
      const begin: string = shared.toSorted()[0] ?? ''
      assert.deepEqual(between(other, begin, last), between(first, begin, last))
    }
  })
})

/** The archived segments of a node, each with a checksum of what it holds. */
async function segments(node: string): Promise<Map<string, string>> {
  const lines = await onNode(
    node,
    'cd /data/backups/archive/main && find . -type f -name "????????????????????????-*" ! -name "*.tmp" -exec sha256sum {} +',
  )
  const entries = lines.split('\n').map((line): [string, string] => {
    const [sum = '', path = ''] = line.split(/ +/)
    return [path.split('/').at(-1)?.slice(0, 24) ?? '', `${sum} ${path}`]
  })
  return new Map(entries)
}

const between = (all: ReadonlyMap<string, string>, first: string, last: string): string[] =>
  [...all.entries()]
    .filter(([name]) => name >= first && name <= last)
    .map(([, sum]) => sum)
    .toSorted()
