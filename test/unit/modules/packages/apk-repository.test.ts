import assert from 'node:assert/strict'
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ApkRepositoryArgs, apkRepository, packages } from '../../../../lib/modules/index.ts'
import { editRepositories } from '../../../../lib/modules/packages/apk-repository/edit.ts'
import { type Namespace, inPlaceOf, makeNamespace } from '../../../support/namespace.ts'
import { LONG } from '../../../support/often.ts'
import { runOn } from '../../../support/run-on.ts'
import { SHELLS, converge, useTemp } from '../driver.ts'
import { withPath } from '../tool-folders.ts'

const MAIN = 'https://dl-cdn.alpinelinux.org/alpine/v3.21/main'
const COMMUNITY = 'https://dl-cdn.alpinelinux.org/alpine/v3.21/community'
const FRESH = `# written by setup-apkrepos\n${MAIN}\n#${COMMUNITY}\n`

interface Case {
  readonly lines: readonly string[]
  readonly args: ApkRepositoryArgs
  readonly becomes: readonly string[]
}

const CASES: Readonly<Record<string, Case>> = {
  'adds a line': { lines: [MAIN], args: { url: COMMUNITY }, becomes: [MAIN, COMMUNITY] },
  'leaves a line that is there': { lines: [MAIN, '# x'], args: { url: MAIN }, becomes: [MAIN, '# x'] },
  'leaves another spelling of it': { lines: [` ${MAIN}/ `], args: { url: MAIN }, becomes: [` ${MAIN}/ `] },
  'takes a line that is commented out': {
    lines: [MAIN, `# ${COMMUNITY}`, '/media/x'],
    args: { url: COMMUNITY },
    becomes: [MAIN, COMMUNITY, '/media/x'],
  },
  'leaves a comment about it': {
    lines: [`# see ${COMMUNITY}`],
    args: { url: COMMUNITY },
    becomes: [`# see ${COMMUNITY}`, COMMUNITY],
  },
  'adds a line with a tag': { lines: [], args: { url: MAIN, tag: 'edge' }, becomes: [`@edge ${MAIN}`] },
  'changes the tag': {
    lines: [MAIN, COMMUNITY],
    args: { url: MAIN, tag: 'edge' },
    becomes: [`@edge ${MAIN}`, COMMUNITY],
  },
  'takes the tag away': { lines: [`@edge ${MAIN}`], args: { url: MAIN }, becomes: [MAIN] },
  'keeps one of several lines': {
    lines: [`@edge ${MAIN}`, COMMUNITY, MAIN],
    args: { url: MAIN },
    becomes: [COMMUNITY, MAIN],
  },
  'adds a repository of apk 3': {
    lines: [MAIN],
    args: { url: 'https://x.org/a', type: 'v3', tag: 'x', components: ['main', 'community'] },
    becomes: [MAIN, 'v3 @x https://x.org/a main community'],
  },
  'tells parts of a repository apart': {
    lines: ['v3 https://x.org/a main'],
    args: { url: 'https://x.org/a', type: 'v3', components: ['community'] },
    becomes: ['v3 https://x.org/a main', 'v3 https://x.org/a community'],
  },
  'adds a directory of the host': { lines: [], args: { url: '/srv/apk' }, becomes: ['/srv/apk'] },
  'removes a line': { lines: [MAIN, COMMUNITY], args: { url: MAIN, state: 'absent' }, becomes: [COMMUNITY] },
  'removes all lines of it, but no comment': {
    lines: [MAIN, `#${MAIN}`, `@edge ${MAIN}/`],
    args: { url: MAIN, state: 'absent' },
    becomes: [`#${MAIN}`],
  },
  'removes only the line with the tag': {
    lines: [MAIN, `@edge ${MAIN}`],
    args: { url: MAIN, tag: 'edge', state: 'absent' },
    becomes: [MAIN],
  },
}

describe('what apkRepository does to lines', () => {
  for (const [what, { lines, args, becomes }] of Object.entries(CASES))
    it(what, () => {
      assert.deepEqual(editRepositories(lines, args), becomes)
      assert.deepEqual(editRepositories(becomes, args), becomes)
    })
})

// As apk 3.0.6 answers, for a repository that it cannot reach, or whose index no key of the host has signed.
const APK = `#!/bin/sh
echo "$@" >>"$CALLS"
[ "$1" = update ] || exit 0
for file do :; done
cat "$file" >>"$CALLS"
if grep -q unsigned "$file" && ! [ -e /etc/apk/keys/own.rsa.pub ]; then
  echo 'WARNING: updating and opening https://unsigned.example.org/a/x86_64/APKINDEX.tar.gz: UNTRUSTED signature'
  echo '1 unavailable, 0 stale; 0 distinct packages available'
  exit 1
fi
if grep -q ^/none "$file"; then echo 'WARNING: opening /none/x86_64/APKINDEX.tar.gz: No such file or directory'; fi
echo 'OK: 1 distinct packages available'
`

for (const [name, plain] of Object.entries(SHELLS)) {
  if (name === 'bash' && !LONG) continue
  describe(`a repository of apk, under ${name}`, () => {
    const temp = useTemp()
    let own: Namespace
    let inside: readonly string[]
    beforeEach(async function () {
      if (process.getuid?.() !== 0) this.skip()
      chmodSync(temp(), 0o755)
      for (const folder of ['bin', 'etc', 'etc/apk', 'etc/apk/keys', 'etc/apk/repositories.d'])
        mkdirSync(join(temp(), folder))
      for (const file of ['passwd', 'group', 'nsswitch.conf'])
        writeFileSync(join(temp(), 'etc', file), readFileSync(join('/etc', file)))
      writeFileSync(join(temp(), 'bin/apk'), APK.replaceAll('$CALLS', join(temp(), 'calls')), { mode: 0o755 })
      writeFileSync(join(temp(), 'own.rsa.pub'), 'a key\n')
      writeFileSync(file(), FRESH)
      own = await makeNamespace(['--mount'], inPlaceOf(temp(), { etc: '/etc', bin: '/usr/local/bin' }))
      inside = [...own.enter, ...withPath(plain, join(temp(), 'bin'))]
    })
    afterEach(() => own?.remove())
    const file = (path = 'repositories'): string => join(temp(), 'etc/apk', path)
    const text = (path?: string): string => readFileSync(file(path), 'utf8')
    const calls = (): string =>
      existsSync(join(temp(), 'calls')) ? readFileSync(join(temp(), 'calls'), 'utf8') : ''
    const of = (args: Partial<ApkRepositoryArgs> = {}) =>
      converge(apkRepository('it', { url: COMMUNITY, ...args }), inside)

    it('is a line, after its index alone was fetched', async () => {
      const done = await of()
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.equal(text(), `# written by setup-apkrepos\n${MAIN}\n${COMMUNITY}\n`)
      assert.match(calls(), new RegExp(`^update --no-progress --repositories-file \\S+\n${COMMUNITY}\n$`))
      assert.deepEqual((await of()).changes, [])
      assert.equal(calls().match(/^update/gm)?.length, 1)
    })

    it('is not asked with update: false', async () => {
      const done = await of({ update: false })
      assert.deepEqual([done.left, done.wrong, calls()], [[], [], ''])
    })

    it('is not added where its index is not signed by a known key, until the key is there', async () => {
      const url = 'https://unsigned.example.org/a'
      await assert.rejects(of({ url }), /so it was not added: WARNING: .*UNTRUSTED signature/)
      assert.equal(text(), FRESH)
      const key = join(temp(), 'own.rsa.pub')
      const done = await of({ url, key })
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.deepEqual(
        done.changes.map(({ what }) => what),
        ['content', 'mode', 'owner', 'group', 'content'],
      )
      assert.equal(text(), `${FRESH}${url}\n`)
      assert.equal(text('keys/own.rsa.pub'), 'a key\n')
      assert.equal(lstatSync(file('keys/own.rsa.pub')).mode & 0o777, 0o644)
      assert.deepEqual((await of({ url, key })).changes, [])
    })

    it('is not added where it is a directory that is not there', async () => {
      await assert.rejects(of({ url: '/none' }), /so it was not added: WARNING: .*No such file/)
      assert.equal(text(), FRESH)
    })

    it('gets another key, and its index is fetched again', async () => {
      const key = new URL(`file://${join(temp(), 'own.rsa.pub')}`)
      await of({ key })
      writeFileSync(file('keys/own.rsa.pub'), 'another\n')
      const done = await of({ key })
      assert.deepEqual([done.changes.length, done.left, done.wrong], [1, [], []])
      assert.equal(text('keys/own.rsa.pub'), 'a key\n')
      assert.equal(calls().match(/^update/gm)?.length, 2)
    })

    it('is in a file of its own, with the variables of that', async () => {
      const own = '/etc/apk/repositories.d/own.list'
      writeFileSync(file('repositories.d/own.list'), 'set a=b\n')
      const done = await of({ file: own, url: 'https://x.org/${a}', tag: 'x' })
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.equal(text('repositories.d/own.list'), 'set a=b\n@x https://x.org/${a}\n')
      assert.match(calls(), /\nset a=b\nhttps:\/\/x\.org\/\$\{a\}\n$/)
      assert.equal(text(), FRESH)
    })

    it('is removed without asking it', async () => {
      const done = await of({ url: MAIN, state: 'absent' })
      assert.deepEqual([done.left, done.wrong, calls()], [[], [], ''])
      assert.equal(text(), FRESH.replace(`${MAIN}\n`, ''))
      assert.deepEqual((await of({ url: MAIN, state: 'absent' })).changes, [])
    })

    it('is known in a dry run', async () => {
      const key = join(temp(), 'own.rsa.pub')
      const tasks = () => [
        apkRepository('it', { url: COMMUNITY, key }),
        apkRepository('again', { url: COMMUNITY, key }),
        apkRepository('other', { url: MAIN, key, tag: 'x' }),
        apkRepository('gone', { url: COMMUNITY, state: 'absent' }),
      ]
      const dry = await runOn(inside, tasks, { check: true })
      assert.deepEqual(dry.statuses, [
        'it: would-change',
        'again: ok',
        'other: would-change',
        'gone: would-change',
      ])
      assert.equal(text(), FRESH)
      for (const batch of [true, false]) {
        writeFileSync(file(), FRESH)
        rmSync(file('keys/own.rsa.pub'), { force: true })
        const { statuses } = await runOn(inside, tasks, { batch })
        assert.deepEqual(statuses, ['it: changed', 'again: ok', 'other: changed', 'gone: changed'])
      }
    })

    it('may bring packages, which a dry run does not know', async () => {
      const tasks = () => [
        apkRepository('it', { url: COMMUNITY }),
        packages('app', { names: ['no-such-app'] }),
      ]
      const dry = await runOn(inside, tasks, { check: true })
      assert.deepEqual(dry.statuses, ['it: would-change', 'app: unknown'])
    })

    it('needs apk, also in a dry run', async () => {
      rmSync(join(temp(), 'bin/apk'))
      await assert.rejects(of(), { code: 'E_NO_APK' })
    })
  })
}

describe('arguments of apkRepository', () => {
  const wrong: Readonly<Record<string, Partial<ApkRepositoryArgs>>> = {
    'no address': { url: '' },
    'an address of two words': { url: `${MAIN} x` },
    'an address of two lines': { url: `${MAIN}\n@x ${MAIN}` },
    'a relative path': { url: 'srv/apk' },
    'a password': { url: 'https://a:b@example.org/x' },
    'a tag with @': { tag: '@edge' },
    'a tag of two words': { tag: 'a b' },
    'a part that is a comment': { components: ['#x'] },
    'parts of an index': { type: 'ndx', components: ['main'] },
    'a file that apk ignores': { file: '/etc/apk/repositories.d/own' },
    'a key of what is absent': { state: 'absent', key: 'package.json' },
    'a key that is not there': { key: 'no-such.rsa.pub' },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuse ${what}`, () => {
      assert.throws(() => apkRepository('it', { url: MAIN, ...args }), {
        code: args.key === 'no-such.rsa.pub' ? 'E_NO_SOURCE' : 'E_BAD_ARGUMENT',
      })
    })
})
