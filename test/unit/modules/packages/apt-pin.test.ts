import assert from 'node:assert/strict'
import { chmodSync, existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AptPinArgs, aptPin } from '../../../../lib/modules/index.ts'
import { type Namespace, makeNamespace } from '../../../support/namespace.ts'
import { LONG } from '../../../support/often.ts'
import { runOn } from '../../../support/run-on.ts'
import { SHELLS, converge, run } from '../driver.ts'

const dash = { name: 'dash', packages: 'dash', pin: 'version *', priority: 777 } as const
const TEXT = `# run-playbook manages this file.
Package: dash
Pin: version *
Pin-Priority: 777
`

for (const [name, shell] of Object.entries(SHELLS)) {
  if (name === 'bash' && !LONG) continue
  describe(`a pin of apt, under ${name}`, () => {
    let folder: string
    let own: Namespace
    before(async function () {
      if (process.getuid?.() !== 0 || !existsSync('/etc/apt/preferences.d')) this.skip()
      folder = mkdtempSync(join(tmpdir(), 'rp-pins.'))
      chmodSync(folder, 0o755)
      own = await makeNamespace(['--mount'], `mount --bind '${folder}' /etc/apt/preferences.d`)
    })
    afterEach(() => rmSync(path(), { force: true }))
    after(async () => {
      await own?.remove()
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
    })
    const path = (file = 'dash'): string => join(folder, file)
    const of = (args: Partial<AptPinArgs> = {}) =>
      converge(aptPin('it', { ...dash, ...args }), [...own.enter, ...shell])
    /** What apt makes of it, with a cache of its own. */
    const policy = async (): Promise<string> => {
      const cache = mkdtempSync(join(tmpdir(), 'rp-cache.'))
      const script = `LC_ALL=C apt-cache -o Dir::Cache='${cache}' policy dash 2>&1`
      const { stdout } = await run([...own.enter, 'sh'], { script })
      rmSync(cache, { recursive: true })
      return stdout.toString()
    }

    it('is a file', async () => {
      const done = await of()
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.equal(readFileSync(path(), 'utf8'), TEXT)
      assert.equal(lstatSync(path()).mode & 0o777, 0o644)
      assert.deepEqual((await of()).changes, [])
    })

    it('has several packages, patterns and a reason, and is understood by apt', async () => {
      const packages = ['bash', '/^das/', 'nginx*']
      const done = await of({ packages, explanation: 'of ours', pin: 'release o=Debian, n=x', priority: -1 })
      assert.deepEqual([done.left, done.wrong], [[], []])
      const text = readFileSync(path(), 'utf8')
      assert.match(
        text,
        /^Explanation: of ours\nPackage: bash \/\^das\/ nginx\*\nPin: release o=Debian, n=x\n/m,
      )
      if (name !== 'dash') return
      await of({ name: 'x', packages: ['bash', '/^das/'], priority: 778 })
      const said = await policy()
      rmSync(path('x'))
      assert.match(said, / 778$/m)
      assert.doesNotMatch(said, /^[EW]:/m)
    })

    it('is changed, and keeps nothing of what was there', async () => {
      writeFileSync(path(), 'Package: *\nPin: version 1\nPin-Priority: 1\n', { mode: 0o600 })
      const done = await of()
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.equal(readFileSync(path(), 'utf8'), TEXT)
      assert.equal(lstatSync(path()).mode & 0o777, 0o644)
    })

    it('is removed', async () => {
      writeFileSync(path(), TEXT)
      const gone = () => converge(aptPin('it', { name: 'dash', state: 'absent' }), [...own.enter, ...shell])
      const done = await gone()
      assert.deepEqual([done.left, done.wrong, existsSync(path())], [[], [], false])
      assert.deepEqual((await gone()).changes, [])
    })

    it('is known in a dry run', async () => {
      const tasks = () => [
        aptPin('it', dash),
        aptPin('again', dash),
        aptPin('gone', { name: 'dash', state: 'absent' }),
      ]
      const inside = [...own.enter, ...shell]
      const dry = await runOn(inside, tasks, { check: true })
      assert.deepEqual(dry.statuses, ['it: would-change', 'again: ok', 'gone: would-change'])
      for (const batch of [true, false]) {
        const { statuses } = await runOn(inside, tasks, { batch })
        assert.deepEqual(statuses, ['it: changed', 'again: ok', 'gone: changed'])
      }
    })
  })
}

describe('arguments of aptPin', () => {
  const wrong: Readonly<Record<string, Partial<AptPinArgs>>> = {
    'a name that apt ignores': { name: 'a b' },
    'a name with an end': { name: 'nginx.pref' },
    'a path': { name: '../x' },
    'no packages': { packages: undefined },
    'an empty list': { packages: [] },
    'two packages in one text': { packages: 'a b' },
    'a package of two lines': { packages: 'a\nPin: x' },
    'an option': { packages: '-o' },
    'no pin': { pin: undefined },
    'a pin that apt does not know': { pin: 'sometimes' },
    'a pin of two lines': { pin: 'release a=x\nPin-Priority: 1000' },
    'a version of two words': { pin: 'version 1 2' },
    'no priority': { priority: undefined },
    'a priority of 0': { priority: 0 },
    'a priority that is too large': { priority: 40_000 },
    'a reason of two lines': { explanation: 'a\nPackage: *' },
    'packages of what is absent': { state: 'absent' },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuse ${what}`, () => {
      assert.throws(() => aptPin('it', { ...dash, ...args }), { code: 'E_BAD_ARGUMENT' })
    })
  for (const pin of [
    'version 1.24.*',
    'release a=stable',
    'release n=bookworm-backports',
    'release o=Debian Backports,n=x',
    'release bookworm',
    'origin "nginx.org"',
    'origin ""',
    'origin nginx.org',
  ])
    it(`take the pin ${pin}`, () => {
      aptPin('it', { ...dash, pin })
    })
})
