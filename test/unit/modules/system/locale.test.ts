import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LocaleArgs, locale } from '../../../../lib/modules/index.ts'
import { plainName } from '../../../../lib/modules/system/locale/args.ts'
import { editLocales } from '../../../../lib/modules/system/locale/edit.ts'
import type { TestShell } from '../../../../lib/testing/shells.ts'
import { install } from '../../../support/install.ts'
import { type Namespace, inPlaceOf, makeNamespace } from '../../../support/namespace.ts'
import { LONG } from '../../../support/often.ts'
import { runOn } from '../../../support/run-on.ts'
import { SHELLS, converge, run } from '../driver.ts'

interface Case {
  readonly text: string
  readonly args: LocaleArgs
  readonly becomes: string
}

const LIST = `# This file lists locales.

# de_DE ISO-8859-1
# de_DE.UTF-8 UTF-8
#  de_DE@euro ISO-8859-15
fr_FR.UTF-8 UTF-8
`
const german = { name: 'de_DE.UTF-8' }
const french = { name: 'fr_FR.UTF-8' }

/** Behaviours of `community.general.locale_gen`, in our words. It is not in ansible-core. */
const CASES: Readonly<Record<string, Case>> = {
  'uncomments a locale': {
    text: LIST,
    args: german,
    becomes: LIST.replace('# de_DE.UTF-8 UTF-8', 'de_DE.UTF-8 UTF-8'),
  },
  'uncomments one with more spaces': {
    text: LIST,
    args: { name: 'de_DE@euro' },
    becomes: LIST.replace('#  de_DE@euro', 'de_DE@euro'),
  },
  'takes the whole name': {
    text: LIST,
    args: { name: 'de_DE' },
    becomes: LIST.replace('# de_DE ISO', 'de_DE ISO'),
  },
  'finds another spelling': {
    text: LIST,
    args: { name: 'de_DE.utf8' },
    becomes: LIST.replace('# de_DE.UTF-8 UTF-8', 'de_DE.UTF-8 UTF-8'),
  },
  'leaves one that is there': { text: LIST, args: french, becomes: LIST },
  'adds one that the file does not have': {
    text: '# none\n',
    args: german,
    becomes: '# none\nde_DE.UTF-8 UTF-8\n',
  },
  'comments one out': {
    text: LIST,
    args: { ...french, state: 'absent' },
    becomes: LIST.replace('fr_FR', '# fr_FR'),
  },
  'has nothing to comment out': { text: LIST, args: { ...german, state: 'absent' }, becomes: LIST },
}

describe('the list of locales', () => {
  for (const [what, { text, args, becomes }] of Object.entries(CASES))
    it(what, () => {
      const after = editLocales(text, args, 'de_DE.UTF-8 UTF-8')
      assert.equal(after, becomes)
      assert.equal(editLocales(after, args, 'de_DE.UTF-8 UTF-8'), becomes)
    })

  it('has one spelling of a name', () => {
    const cases = {
      'de_DE.UTF-8': 'de_DE.utf8',
      de_DE: 'de_DE',
      'de_DE.ISO-8859-15@euro': 'de_DE.iso885915@euro',
    }
    for (const [name, plain] of Object.entries(cases)) assert.equal(plainName(name), plain)
  })
})

for (const [name, shell] of Object.entries(SHELLS)) {
  if (name === 'bash' && !LONG) continue
  // The tools of BusyBox, and those of glibc.
  const onHost: TestShell = shell.map((word) => word.replace(/^PATH=(.*)$/, 'PATH=$1:/usr/bin:/usr/sbin'))
  describe(`a locale, under ${name}`, () => {
    let root: string
    let own: Namespace
    let inside: TestShell
    before(async function () {
      if (process.getuid?.() !== 0) this.skip()
      install('/usr/sbin/locale-gen', 'locales')
      root = mkdtempSync(join(tmpdir(), 'rp-locale.'))
      for (const path of ['etc', 'locale']) mkdirSync(join(root, path), { mode: 0o755 })
      const begin = inPlaceOf(root, { locale: '/usr/lib/locale', etc: '/etc' })
      own = await makeNamespace(['--mount'], begin)
      inside = [...own.enter, ...onHost]
    })
    beforeEach(() => {
      for (const file of readdirSync(join(root, 'locale')))
        rmSync(join(root, 'locale', file), { recursive: true })
      writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n')
      writeFileSync(join(root, 'etc/group'), 'root:x:0:\n')
      // A small one, which is made quickly.
      writeFileSync(list(), '# header\n# en_IE ISO-8859-1\n')
    })
    after(async () => {
      await own?.remove()
      if (root !== undefined) rmSync(root, { recursive: true, force: true })
    })
    const list = (): string => join(root, 'etc/locale.gen')
    const irish = (args: Partial<LocaleArgs> = {}) => locale('it', { name: 'en_IE', ...args })
    const installed = async (): Promise<string> => {
      const { stdout } = await run([...own.enter, 'sh'], { script: 'locale -a' })
      return stdout
        .toString()
        .split('\n')
        .filter((one) => one.startsWith('en_'))
        .join()
    }

    it('is made, and listed, and removed again', async () => {
      const done = await converge(irish(), inside)
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.deepEqual(
        done.changes.map(({ what }) => what),
        ['content', 'state'],
      )
      assert.equal(readFileSync(list(), 'utf8'), '# header\nen_IE ISO-8859-1\n')
      assert.equal(await installed(), 'en_IE,en_IE.iso88591')
      assert.deepEqual((await converge(irish(), inside)).changes, [])

      writeFileSync(list(), '')
      const listed = await converge(irish(), inside)
      assert.deepEqual([listed.left, listed.wrong, listed.changes.length], [[], [], 1])
      assert.equal(readFileSync(list(), 'utf8'), 'en_IE ISO-8859-1\n')

      const gone = await converge(irish({ state: 'absent' }), inside)
      assert.deepEqual([gone.left, gone.wrong], [[], []])
      assert.equal(readFileSync(list(), 'utf8'), '# en_IE ISO-8859-1\n')
      assert.doesNotMatch(await installed(), /en_IE(,|$)/)
      assert.deepEqual((await converge(irish({ state: 'absent' }), inside)).changes, [])
    })

    it('is one that the host knows', async () => {
      await assert.rejects(converge(irish({ name: 'xx_XX.UTF-8' }), inside), {
        code: 'E_NO_LOCALE',
        message: /xx_XX/,
      })
      assert.equal(readFileSync(list(), 'utf8'), '# header\n# en_IE ISO-8859-1\n')
    })

    it('is known after it is made, in a dry run', async () => {
      const tasks = () => [
        irish(),
        locale('again', { name: 'en_IE' }),
        locale('gone', { name: 'en_IE', state: 'absent' }),
      ]
      const { statuses } = await runOn(inside, tasks, { check: true })
      assert.deepEqual(statuses, ['it: would-change', 'again: ok', 'gone: would-change'])
      assert.equal(existsSync(join(root, 'locale/locale-archive')), false)
    })
  })
}

describe('locale', () => {
  it('needs locale-gen, unless there is nothing to make', async () => {
    const shell = SHELLS['busybox']
    if (shell === undefined) return
    // It is found where the system has it, whatever PATH says.
    if (!existsSync('/usr/sbin/locale-gen'))
      await assert.rejects(converge(locale('it', { name: 'de_DE.UTF-8' }), shell), { code: 'E_NO_LOCALE' })
    const state = { status: 'none', list: { file: { here: { type: 'absent' } } }, supported: undefined }
    const plan = (args: LocaleArgs) => locale.definition.plan(args, state)
    assert.throws(() => plan({ name: 'de_DE.UTF-8' }), { code: 'E_NO_LOCALE', hint: /glibc-langpack-de/ })
    assert.deepEqual(plan({ name: 'de_DE.UTF-8', state: 'absent' }).changes, [])
  })
  for (const name of [
    '',
    'C',
    'C.UTF-8',
    'POSIX',
    'de DE',
    'de_DE.UTF-8 UTF-8',
    '-a',
    'de_DE\nfr',
    '../x',
    '#de',
  ])
    it(`has no name ${JSON.stringify(name)}`, () => {
      assert.throws(() => locale('it', { name }), { code: 'E_BAD_ARGUMENT' })
    })
})
