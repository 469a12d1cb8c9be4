import assert from 'node:assert/strict'
import { type GitArgs, git } from '../../../../lib/modules/index.ts'

describe('arguments of git', () => {
  const right = { repo: 'https://example.org/app.git', dest: '/srv/app' }
  const id = 'a'.repeat(40)
  const wrong: Readonly<Record<string, Partial<GitArgs>>> = {
    'a program as an address': { repo: 'ext::sh -c id' },
    'another program': { repo: 'fd::17/x' },
    'a program behind a URL': { repo: 'ext::https://example.org/' },
    'an option as an address': { repo: '--upload-pack=id' },
    'an option as a host': { repo: 'ssh://-oProxyCommand=id/x' },
    'an option as a host, in short': { repo: '-oProxyCommand=id:x' },
    'an option as a path': { repo: 'host:-x' },
    'a relative path': { repo: '../app.git' },
    'no address': { repo: '' },
    'two lines': { repo: 'https://example.org/a\nb' },
    'a password': { repo: 'https://me:secret@example.org/app.git' },
    'a token': { repo: 'https://token@example.org/app.git' },
    'a password for SSH': { repo: 'ssh://me:secret@example.org/app.git' },
    'an unknown protocol': { repo: 'ftp://example.org/app.git' },
    'an option as a version': { version: '--detach' },
    'a range': { version: 'a..b' },
    'a version that moves': { version: 'main@{1}' },
    'a version with a pattern': { version: 'v*' },
    'an option as a remote': { remote: '-x' },
    'no history': { depth: 0 },
    'a relative key': { keyFile: 'id' },
    'a bare branch': { bare: true, version: 'main' },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuse ${what}`, () => {
      assert.throws(() => git('it', { ...right, ...args }), { code: 'E_BAD_ARGUMENT' })
    })
  it('do not repeat a password', () => {
    assert.throws(
      () => git('it', { ...right, repo: 'https://me:hunter22@example.org/' }),
      (error: Error) => !error.message.includes('hunter22') && /credentialsFile/.test(error.message),
    )
  })
  it('take each kind of address', () => {
    const repos =
      'git@example.org:ops/app.git|example.org:app|ssh://git@example.org:2222/app.git|git://[::1]/app|file:///srv/a b.git|/srv/app.git|git@[::1]:app'
    for (const repo of repos.split('|')) git('it', { ...right, repo, version: id.toUpperCase() })
  })
})
