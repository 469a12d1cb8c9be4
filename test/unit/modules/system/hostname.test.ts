import assert from 'node:assert/strict'
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname as ownName, tmpdir } from 'node:os'
import { join } from 'node:path'
import { facts, hostname } from '../../../../lib/modules/index.ts'
import { hasAnsible, runAnsible } from '../../../support/ansible.ts'
import { type Namespace, makeNamespace } from '../../../support/namespace.ts'
import { runOn } from '../../../support/run-on.ts'
import { SHELLS, converge, run } from '../driver.ts'

for (const [name, shell] of Object.entries(SHELLS)) {
  describe(`hostname under ${name}`, () => {
    let root: string
    let host: Namespace
    const own = ownName()
    before(async function () {
      if (process.getuid?.() !== 0) this.skip()
      root = mkdtempSync(join(tmpdir(), 'rp-hostname.'))
      mkdirSync(join(root, 'etc'), { mode: 0o755 })
      for (const file of ['passwd', 'group', 'nsswitch.conf', 'ld.so.cache', 'os-release', 'localtime'])
        if (existsSync(`/etc/${file}`)) copyFileSync(`/etc/${file}`, join(root, 'etc', file))
      host = await makeNamespace(['--uts', '--mount'], `mount --bind '${root}/etc' /etc`)
    })
    beforeEach(async () => {
      rmSync(file(), { force: true })
      assert.equal((await run(inside(), { script: 'echo old >/proc/sys/kernel/hostname' })).code, 0)
    })
    after(async () => {
      await host?.remove()
      if (root !== undefined) rmSync(root, { recursive: true })
      assert.equal(ownName(), own)
    })

    const file = (): string => join(root, 'etc/hostname')
    const inside = () => [...host.enter, ...shell]
    const of = (wanted: string) => converge(hostname('it', { name: wanted }), inside())
    const now = async () => (await run(inside(), { script: 'uname -n' })).stdout.toString()

    it('changes the name now and after the next boot', async () => {
      writeFileSync(file(), 'old\n')
      const done = await of('web-1.example.org')
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.deepEqual(
        done.changes.map(({ what, from }) => [what, what === 'name' ? from : '']),
        [
          ['name', 'old'],
          ['content', ''],
        ],
      )
      assert.equal(await now(), 'web-1.example.org\n')
      assert.equal(readFileSync(file(), 'utf8'), 'web-1.example.org\n')
      assert.deepEqual((await of('web-1.example.org')).changes, [])
    })

    it('makes the file', async () => {
      const done = await of('web')
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.equal(lstatSync(file()).mode & 0o777, 0o644)
    })

    it('changes one where the other is right', async () => {
      writeFileSync(file(), '# ours\n\n web \n')
      const done = await of('web')
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.deepEqual(done.changes, [{ what: 'name', from: 'old', to: 'web' }])
      assert.equal(readFileSync(file(), 'utf8'), '# ours\n\n web \n')
      writeFileSync(file(), 'other\n')
      const again = await of('web')
      assert.deepEqual([again.left, again.wrong], [[], []])
      assert.deepEqual(
        again.changes.map(({ what }) => what),
        ['content'],
      )
    })

    it('does not follow a link', async () => {
      symlinkSync('/etc/passwd', file())
      await assert.rejects(of('web'), { code: 'E_OTHER_KIND' })
      assert.equal(await now(), 'old\n')
    })

    it('is known to later tasks of a dry run, and to facts after it', async () => {
      const os = facts.os('os')
      const tasks = () => [hostname('it', { name: 'web' }), hostname('again', { name: 'web' }), os]
      const foretold = await runOn(inside(), tasks, { check: true })
      assert.deepEqual(foretold.statuses, ['it: would-change', 'again: ok', 'os: unknown'])
      assert.equal(await now(), 'old\n')
      const done = await runOn(inside(), tasks)
      assert.deepEqual(done.statuses, ['it: changed', 'again: ok', 'os: ok'])
    })

    it('leaves nothing for Ansible to change', async function () {
      if (!hasAnsible()) this.skip()
      await of('web')
      const calls = [{ module: 'hostname', args: { name: 'web' } }]
      const [result] = runAnsible(calls, host.enter)
      assert.equal(result?.['changed'], false, JSON.stringify(result))
    })
  })
}

describe('a container', () => {
  it('keeps its name, which is known before anything is changed', async function () {
    if (process.getuid?.() !== 0) this.skip()
    const readOnly = 'mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys'
    const container = await makeNamespace(['--uts', '--mount'], readOnly)
    try {
      for (const shell of Object.values(SHELLS))
        await assert.rejects(converge(hostname('it', { name: 'rp-other' }), [...container.enter, ...shell]), {
          code: 'E_SYSCTL_READ_ONLY',
          hint: /from outside/,
        })
    } finally {
      await container.remove()
    }
  })
})

describe('arguments of hostname', () => {
  for (const name of [
    '',
    '-web',
    'web-',
    'a..b',
    'web.',
    '.web',
    'a b',
    'a\nb',
    'a_b',
    'ü',
    'a'.repeat(64),
    `${'a.'.repeat(32)}a`,
  ])
    it(`refuse ${JSON.stringify(name)}`, () => {
      assert.throws(() => hostname('it', { name }), { code: 'E_BAD_ARGUMENT' })
    })
  it('take the longest name', () => {
    hostname('it', { name: `${'a'.repeat(63)}` })
    hostname('it', { name: `${'a.'.repeat(31)}ab` })
  })
})
