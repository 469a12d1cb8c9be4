import assert from 'node:assert/strict'
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Secret } from '../../../../lib/core/secret.ts'
import { type DnfRepositoryArgs, dnfRepository } from '../../../../lib/modules/index.ts'
import { hasAnsible, runAnsible } from '../../../support/ansible.ts'
import { install } from '../../../support/install.ts'
import { type Namespace, inPlaceOf, makeNamespace } from '../../../support/namespace.ts'
import { LONG } from '../../../support/often.ts'
import { runLocal } from '../../../support/run-local.ts'
import { runOn } from '../../../support/run-on.ts'
import { SHELLS, converge, run, useTemp } from '../driver.ts'
import { CASES } from './dnf-repository-cases.ts'

const base = { name: 'epel', description: 'EPEL', baseurl: 'https://example.org/epel' } as const
const textAt = (path: string): string | undefined =>
  existsSync(path) ? readFileSync(path, 'utf8') : undefined

for (const [name, shell] of Object.entries(SHELLS)) {
  if (name === 'bash' && !LONG) continue
  describe(`a repository of dnf, under ${name}`, () => {
    const temp = useTemp()
    const path = (file = 'epel'): string => join(temp(), `${file}.repo`)
    const of = (args: Partial<DnfRepositoryArgs> = {}) =>
      converge(dnfRepository('it', { ...base, reposdir: temp(), ...args }), shell)

    for (const [what, { text, args, becomes }] of Object.entries(CASES))
      it(what, async () => {
        if (text !== undefined) writeFileSync(path(), text)
        const task = () => dnfRepository('it', { name: 'epel', reposdir: temp(), ...args })
        const done = await converge(task(), shell)
        assert.deepEqual([done.left, done.wrong], [[], []])
        assert.equal(textAt(path()), becomes)
        const file = args.file ?? 'epel'
        assert.equal(done.changes.length > 0, file !== 'epel' || text !== becomes)
        assert.deepEqual((await converge(task(), shell)).changes, [])
      })

    it('has the mode that is asked for, and 0644 otherwise', async () => {
      await of()
      assert.equal(lstatSync(path()).mode & 0o777, 0o644)
      const done = await of({ mode: '0600' })
      assert.deepEqual(
        done.changes.map(({ what }) => what),
        ['mode'],
      )
      assert.equal(lstatSync(path()).mode & 0o777, 0o600)
    })

    it('needs its directory', async () => {
      await assert.rejects(of({ reposdir: join(temp(), 'none') }), { code: 'E_NO_DIRECTORY' })
    })
  })
}

describe('a repository of dnf', () => {
  const temp = useTemp()
  const path = (): string => join(temp(), 'epel.repo')

  it('does what Ansible does, except where said', function () {
    if (!hasAnsible()) return this.skip()
    this.timeout(60_000)
    const compared = Object.entries(CASES).flatMap(([what, { text, ansible, becomes, args }], i) => {
      if ('differs' in ansible) return []
      const folder = join(temp(), String(i))
      mkdirSync(folder)
      if (text !== undefined) writeFileSync(join(folder, 'epel.repo'), text)
      return [{ what, text, becomes, folder, file: args.file, ansible }]
    })
    const results = runAnsible(
      compared.map(({ ansible, folder }) => ({
        module: 'yum_repository',
        args: { name: 'epel', reposdir: folder, ...ansible },
      })),
    )
    for (const [i, { what, text, becomes, folder, file }] of compared.entries())
      assert.deepEqual(
        [what, textAt(join(folder, 'epel.repo')), results[i]?.['changed']],
        [what, becomes, file !== undefined || text !== becomes],
        JSON.stringify(results[i]),
      )
  })

  it('keeps its passwords secret', async () => {
    const password = new Secret('pw', 'correct horse')
    const task = (value: Secret | undefined) => () => [
      dnfRepository('it', { ...base, reposdir: temp(), username: 'me', password: value }),
      dnfRepository('again', { ...base, reposdir: temp(), username: 'me', password: value }),
    ]
    const dry = await runLocal(task(password), { check: true, diff: true })
    assert.deepEqual(dry.statuses, ['it: would-change', 'again: ok'])
    const real = await runLocal(task(password), { diff: true })
    assert.deepEqual(real.statuses, ['it: changed', 'again: ok'])
    assert.match(readFileSync(path(), 'utf8'), /^password = correct horse$/m)
    assert.equal(lstatSync(path()).mode & 0o777, 0o600)
    const gone = await runLocal(task(undefined), { check: true, diff: true })
    assert.equal(gone.statuses[0], 'it: would-change')
    assert.doesNotMatch(JSON.stringify([dry, real, gone]), /correct horse/)
  })

  it('is known in a dry run', async () => {
    const other = { ...base, name: 'other', file: 'epel', reposdir: temp() }
    const tasks = () => [
      dnfRepository('it', { ...base, reposdir: temp() }),
      dnfRepository('again', { ...base, reposdir: temp() }),
      dnfRepository('other', other),
      dnfRepository('gone', { name: 'epel', reposdir: temp(), state: 'absent' }),
      dnfRepository('other again', other),
    ]
    const dry = await runLocal(tasks, { check: true })
    assert.deepEqual(dry.statuses, [
      'it: would-change',
      'again: ok',
      'other: would-change',
      'gone: would-change',
      'other again: ok',
    ])
    assert.equal(existsSync(path()), false)
    for (const batch of [true, false]) {
      const { statuses } = await runLocal(tasks, { batch })
      const all = ['it: changed', 'again: ok', 'other: changed', 'gone: changed', 'other again: ok']
      assert.deepEqual(statuses, batch ? all : all.with(2, 'other: ok'))
    }
  })

  it('brings a key, and is understood by dnf', async function () {
    if (process.getuid?.() !== 0) return this.skip()
    this.timeout(300_000)
    install('/usr/bin/dnf', 'dnf')
    chmodSync(temp(), 0o755)
    for (const folder of ['etc', 'etc/yum.repos.d', 'etc/pki', 'etc/pki/rpm-gpg', 'etc/dnf', 'repo'])
      mkdirSync(join(temp(), folder))
    for (const file of ['passwd', 'group', 'nsswitch.conf'])
      writeFileSync(join(temp(), 'etc', file), readFileSync(join('/etc', file)))
    writeFileSync(join(temp(), 'RPM-GPG-KEY-own'), 'a key\n')
    const own: Namespace = await makeNamespace(['--mount'], inPlaceOf(temp(), { etc: '/etc' }))
    try {
      const tasks = () => [
        dnfRepository('it', {
          ...base,
          baseurl: ['https://a.example.org/', 'https://b.example.org/'],
          gpgkey: 'https://a.example.org/key',
          keyFile: join(temp(), 'RPM-GPG-KEY-own'),
          priority: 7,
          enabled: false,
          exclude: ['kernel*', 'x'],
        }),
      ]
      const inside = [...own.enter, 'dash']
      assert.deepEqual((await runOn(inside, tasks)).statuses, ['it: changed'])
      assert.deepEqual((await runOn(inside, tasks)).statuses, ['it: ok'])
      assert.equal(textAt(join(temp(), 'etc/pki/rpm-gpg/RPM-GPG-KEY-own')), 'a key\n')
      const script = `/usr/bin/python3 -c '
import dnf
base = dnf.Base()
base.conf.substitutions["releasever"] = "9"
base.conf.reposdir = ["/etc/yum.repos.d"]
base.read_all_repos()
repo = base.repos["epel"]
print(list(repo.baseurl), list(repo.gpgkey), repo.priority, repo.enabled, list(repo.excludepkgs))'`
      const { stdout, stderr } = await run([...own.enter, 'sh'], { script })
      assert.match(
        stdout.toString(),
        /\['https:\/\/a\.example\.org\/', 'https:\/\/b\.example\.org\/'\] \['https:\/\/a\.example\.org\/key', 'file:\/\/\/etc\/pki\/rpm-gpg\/RPM-GPG-KEY-own'\] 7 False \['kernel\*', 'x'\]/,
        stderr.toString(),
      )
    } finally {
      await own.remove()
    }
  })
})

describe('arguments of dnfRepository', () => {
  const wrong: Readonly<Record<string, Partial<DnfRepositoryArgs>>> = {
    'a name with a slash': { name: 'a/b' },
    'a name with a bracket': { name: 'a]' },
    'a name of two lines': { name: 'a\nb' },
    'a file with a slash': { file: '../x' },
    'no description': { description: undefined },
    'a description of two lines': { description: 'a\nb = c' },
    'no address': { baseurl: undefined },
    'an address of two words': { baseurl: 'https://a https://b' },
    'an empty list': { baseurl: [] },
    'an option of two lines': { proxy: 'a\nenabled=0' },
    'an option with = in its name': { options: { 'a=b': 'c' } },
    'an option that has an argument': { options: { repo_gpgcheck: '1' } },
    'a password among the options': { options: { password: 'x' } },
    'an address of what is absent': { state: 'absent', description: undefined },
    'a key file with spaces': { keyFile: '/tmp/a b' },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuse ${what}`, () => {
      assert.throws(() => dnfRepository('it', { ...base, ...args }), { code: 'E_BAD_ARGUMENT' })
    })
})
