import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { type AptRepositoryArgs, aptRepository } from '../../../../lib/modules/index.ts'
import { oneBlock } from '../../../../lib/modules/packages/apt-repository/key.ts'
import { install } from '../../../support/install.ts'
import { often } from '../../../support/often.ts'

install('/usr/bin/gpg', 'gpg')

const base = { name: 'it', uris: 'https://deb.example.org/debian', suites: 'bookworm', components: 'main' }

describe('arguments of aptRepository', () => {
  const wrong: Readonly<Record<string, Partial<AptRepositoryArgs>>> = {
    'a name that apt ignores': { name: 'a b' },
    'a path': { name: '../x' },
    'a name of two lines': { name: 'a\nb' },
    'a name that is hidden': { name: '.a' },
    'no address': { uris: undefined },
    'an empty list': { uris: [] },
    'an address of two words': { uris: 'https://x.org/ y' },
    'an address of two lines': { uris: 'https://x.org/\nTrusted: yes' },
    'a path without file:': { uris: '/srv/repo' },
    'a password': { uris: 'https://a:b@example.org/x' },
    'no suite': { suites: undefined },
    'a suite of two lines': { suites: 'x\nTrusted: yes' },
    'a suite with a blank': { suites: 'a b' },
    'suites of both kinds': { suites: ['./', 'bookworm'] },
    'components of a path': { suites: './' },
    'no components': { components: undefined },
    'a component with a blank': { components: 'main contrib' },
    'an architecture of two lines': { architectures: 'amd64\nTrusted: yes' },
    'a keyring with a blank': { signedBy: '/etc/a b' },
    'a keyring of two lines': { signedBy: '/etc/a\nTrusted: yes' },
    'a short fingerprint': { signedBy: 'ABCDEF12' },
    'a relative keyring': { signedBy: 'keys/a.asc' },
    'a path out of the repository': { inreleasePath: '../x/InRelease' },
    'a language of two lines': { languages: 'en\nTrusted: yes' },
    'an address of what is absent': { state: 'absent' },
    'a key that is not there': { key: 'no-such.asc' },
    'a key that is private': { key: '-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlFg=\n' },
    'a key that is a message': { key: '-----BEGIN PGP MESSAGE-----\n\nlFg=\n-----END PGP MESSAGE-----\n' },
    'a private key of bytes': { key: Buffer.from([0x94, 1, 2]) },
    'bytes that are no key': { key: Buffer.from('hello') },
    'both a key and a keyring': { key: Buffer.from([0x98, 1]), signedBy: '/etc/a.asc' },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuse ${what}`, () => {
      const code = what.includes('not there')
        ? 'E_NO_SOURCE'
        : what.startsWith('both') || args.key === undefined
          ? 'E_BAD_ARGUMENT'
          : 'E_BAD_APT_KEY'
      assert.throws(() => aptRepository('it', { ...base, ...args }), { code })
    })
})

describe('a key for a repository of apt', () => {
  const key = (more: readonly number[]): Buffer => Buffer.from([0x98, ...more])

  it('is armored as gpg does it', () => {
    const bytes = key(Array.from({ length: 1000 }, (_, i) => (i * 7) % 256))
    const theirs = execFileSync('gpg', ['--enarmor'], { input: bytes, stdio: ['pipe', 'pipe', 'ignore'] })
    const body = (text: string): string => text.split('\n\n')[1]?.split('\n-----')[0] ?? ''
    assert.equal(body(oneBlock(bytes, 'key')), body(theirs.toString()))
  })

  it('is the same, armored or not, with headers, comments and other ends of lines, in one block or several', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((more) => key([...more]))
    fc.assert(
      fc.property(bytes, bytes, (one, other) => {
        const block = oneBlock(one, 'key')
        assert.equal(oneBlock(Buffer.from(block), 'key'), block)
        const dressed = block.replace('\n\n', '\nVersion: GnuPG v1\nComment:\n\n').replaceAll('\n', ' \r\n')
        assert.equal(oneBlock(Buffer.from(`a key\n${dressed}\n`), 'key'), block)
        const both = Buffer.from(`${block}\n${oneBlock(other, 'key')}\n`)
        assert.equal(oneBlock(both, 'key'), oneBlock(Buffer.concat([one, other]), 'key'))
      }),
      { numRuns: often(200, 20_000) },
    )
  })

  it('is refused where a letter of it is wrong, or the end is missing', () => {
    const block = oneBlock(key([1, 2, 3, 4, 5, 6, 7, 8]), 'key')
    const damaged = [
      block.replace('ECAw', 'ECAx'),
      block.split('\n-----END')[0] ?? '',
      block.replace('ECAw', 'E*Aw'),
    ]
    for (const text of damaged)
      assert.throws(
        () => oneBlock(Buffer.from(text), 'key'),
        /key is not a public key of OpenPGP: its block is damaged/,
      )
    assert.notEqual(damaged[0], block)
  })
})
