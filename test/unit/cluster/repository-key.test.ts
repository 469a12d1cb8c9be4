import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Secret } from 'run-playbook'
import type { ClusterContext } from '../../../lib/cluster/cluster.ts'
import type { NodeFact } from '../../../lib/cluster/facts/node.ts'
import { keyScript, parseKey } from '../../../lib/cluster/facts/key.ts'
import { opens, repositoryKeyOf } from '../../../lib/cluster/repository-key.ts'
import { SHELLS, run, useTemp } from '../modules/driver.ts'
import { bare, factsOf, hosts } from './nodes.ts'

/** The first bytes of an archive.info that was encrypted with `right`. */
const RECORDED = {
  '2.45': '53616c7465645f5f8abe6a6fac32097038881efbcd333c4f976effafa8a4f912',
  '2.55': '53616c7465645f5f13a29923ffaefd552913ef96af457bab9f37b63f96d7b586',
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const seal = (key: string): string =>
  execFileSync('openssl', ['enc', '-aes-256-cbc', '-md', 'sha1', '-pass', `pass:${key}`], {
    input: '[backrest]\nbackrest-format=5\n',
    stdio: ['pipe', 'pipe', 'ignore'],
  })
    .subarray(0, 32)
    .toString('hex')

const encrypted = hosts.map((host) => ({ ...host, vars: { encrypt: true } }))
const keyOf = (secret: string, ...facts: Partial<NodeFact>[]): Secret =>
  repositoryKeyOf({
    hosts: encrypted,
    facts: { node: factsOf(...facts.map((one) => ({ ...bare, ...one }))) },
    secrets: { password: (name: string) => new Secret(name, secret) },
  } as unknown as ClusterContext)

describe('the key of encrypted repositories', () => {
  const folder = useTemp()
  const old = { key: sha256('old'), sealed: seal('old') }

  it('is the secret where that opens them, also when the nodes have lost theirs', () => {
    for (const one of [old, { sealed: old.sealed }, { key: old.key }, { ...old, key: sha256('stale') }])
      assert.ok(keyOf('old', one))
    assert.ok(keyOf('new', {}))
  })

  it('that was made up because the secrets are lost does not take the place of the one on a node', () => {
    const adopt = /node-b still has a key.*export RUN_PLAYBOOK_SECRET_BACKUP_CIPHER="\$\(ssh node-b /
    assert.throws(() => keyOf('new', {}, old), {
      code: 'E_REPOSITORY_KEY',
      message: /does not open the repository of node-b/,
      hint: adopt,
    })
    // A copy off the site may need it.
    assert.throws(() => keyOf('new', {}, { key: old.key }), { code: 'E_REPOSITORY_KEY', hint: adopt })
  })

  it('that is lost on all nodes too is said to be lost', () => {
    assert.throws(() => keyOf('new', { sealed: old.sealed }), { hint: /nobody can read these backups/ })
  })

  it('is tried on what pgBackRest itself has written', () => {
    for (const sealed of Object.values(RECORDED)) {
      assert.ok(opens('right', sealed))
      assert.ok(!opens('wrong', sealed))
    }
  })

  for (const [name, shell] of Object.entries(SHELLS)) {
    it(`is looked for on a node, with ${name}`, async () => {
      mkdirSync(join(folder(), 'backup/main'), { recursive: true })
      writeFileSync(join(folder(), 'backup/main/backup.info'), Buffer.from(RECORDED['2.45'], 'hex'))
      const { stdout } = await run(shell, { script: keyScript(folder()) })
      const lines = stdout.toString().trim().split('\n')
      assert.deepEqual(parseKey(new Map(lines.map((line) => line.split(' ') as [string, string]))), {
        key: undefined,
        sealed: RECORDED['2.45'],
      })
    })
  }
})
