import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Secret } from '../../../../lib/core/secret.ts'
import { type GetUrlArgs, getUrl } from '../../../../lib/modules/index.ts'

const EMPTY = createHash('sha256').digest('hex')

describe('arguments of getUrl', () => {
  const right = { url: 'https://example.org/x', dest: '/srv/x', checksum: `sha256:${EMPTY}` }
  const wrong: Readonly<Record<string, Partial<GetUrlArgs>>> = {
    'no URL': { url: '' },
    'an option': { url: '--output=/etc/passwd' },
    'another protocol': { url: 'file:///etc/shadow' },
    'a space': { url: 'https://example.org/a b' },
    'a line break': { url: 'https://example.org/a\nb' },
    'a password in the URL': { url: 'https://app:secret@example.org/' },
    'a directory': { dest: '/srv/' },
    'a hash without its kind': { checksum: EMPTY },
    'a hash that is too short': { checksum: 'sha256:abc' },
    'a weak hash': { checksum: `md5:${'0'.repeat(32)}` },
    'the URL of a hash': { checksum: 'sha256:https://example.org/SHA256SUMS' },
    'force with a checksum': { force: true },
    'force with a secret': { checksum: 'none', force: true, headers: { A: new Secret('a', 'x') } },
    'a header of two lines': { headers: { A: 'x\nB: y' } },
    'a header that is none': { headers: { 'A: B': 'x' } },
    'a name without a password': { username: 'app' },
    'a password without a name': { password: new Secret('p', 'x') },
    'no time': { timeout: 0 },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuse ${what}`, () => {
      assert.throws(() => getUrl('it', { ...right, ...args }), { code: 'E_BAD_ARGUMENT' })
    })
})
