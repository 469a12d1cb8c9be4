import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSecrets, secretsScript } from '../../../../lib/cluster/facts/secrets.ts'
import { WIREGUARD_MARKER } from '../../../../lib/modules/network/wireguard/reader.ts'
import { SHELLS, run, useTemp } from '../../modules/driver.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const KEY = '+Q5NtOPkyqAKU8WbcPhyCCvUiT7X9Wkd0m6TDTwAlVM='

describe('which secrets lie on a node', () => {
  const folder = useTemp()
  const at = (name: string) => join(folder(), name)
  const write = (name: string, text: string) => {
    mkdirSync(at(name.split('/')[0] ?? ''), { recursive: true })
    writeFileSync(at(name), text)
  }
  const ask = async (shell: readonly string[]) => {
    const { code, stdout, stderr } = await run(shell, {
      script: secretsScript(at('se crets'), at('wireguard')),
    })
    assert.equal(stderr.toString(), '')
    assert.equal(code, 0)
    const text = stdout.toString()
    const lines = text.split('\n').filter(Boolean)
    return { text, ...parseSecrets(new Map(lines.map((line) => line.split(' ') as [string, string]))) }
  }

  for (const [name, shell] of Object.entries(SHELLS)) {
    it(`is nothing on a bare one, with ${name}`, async () => {
      assert.deepEqual((await ask(shell)).fingerprints, {})
    })

    it(`is told by fingerprints, and no secret leaves it, with ${name}`, async () => {
      const odd = `it's $(id) \`"\\n %s * ü`
      write('se crets/postgres_password', odd)
      write('se crets/replication_password', 'edited by hand\n')
      write('se crets/rewind_password', '')
      write('se crets/pgbackrest_ca.crt', 'a\nb\n')
      write('wireguard/aa.conf', `[Interface]\nPrivateKey = ${'a'.repeat(43)}=\n`)
      write('wireguard/wg0.conf', `${WIREGUARD_MARKER}\n[Interface]\nPrivateKey = ${KEY}\n\n[Peer]\n`)
      const { text, fingerprints } = await ask(shell)
      assert.deepEqual(fingerprints, {
        superuser: sha256(odd),
        replicator: sha256('edited by hand'),
        authority: sha256('a\nb'),
        wireguard: sha256(KEY),
      })
      assert.ok(!text.includes(KEY) && !text.includes('edited'))
    })
  }
})
