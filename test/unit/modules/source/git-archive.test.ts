import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type GitArgs, git } from '../../../../lib/modules/index.ts'
import { type TestShell } from '../../../../lib/testing/shells.ts'
import { hasAnsible, runAnsible } from '../../../support/ansible.ts'
import { install } from '../../../support/install.ts'
import { SHELLS, converge, itAsRoot, observe } from '../driver.ts'
import { busyboxWithGit, makeOrigins, pointTo, sh } from './git-cases.ts'

install('/usr/bin/git', 'git')

describe('what git does beside a checkout', () => {
  let root: string
  let commits: ReadonlyMap<string, string>
  let busybox: TestShell
  let next = 0
  let dest = ''
  let folder = ''
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'run-playbook-git-'))
    commits = makeOrigins(root)
    busybox = busyboxWithGit(root)
  })
  after(() => rmSync(root, { recursive: true, force: true }))
  beforeEach(() => {
    pointTo(root, 'new')
    dest = join(root, `dest-${next}`)
    folder = join(root, `archives-${next++}`)
    mkdirSync(folder)
  })

  const task = (args: Partial<GitArgs> = {}) => git('it', { repo: join(root, 'origin'), dest, ...args })
  const short = (name: string): string => (commits.get(name) ?? '').slice(0, 12)
  const twice = async (args: Partial<GitArgs> = {}, shell: TestShell = ['dash']) => {
    const first = await converge(task(args), shell)
    assert.deepEqual([first.left, first.wrong], [[], []])
    assert.deepEqual((await converge(task(args), shell)).changes, [])
    return first.changes
  }
  const listed = (path: string): string =>
    sh(root, path.endsWith('.zip') ? `unzip -Z1 ${path}` : `tar -tf ${path}`)

  for (const [name, shell] of Object.entries(SHELLS))
    for (const ending of ['tar', 'tar.gz', 'zip'])
      it(`makes a ${ending} under ${name}, and anew for another version`, async () => {
        const archive = join(folder, `app.${ending}`)
        const host = name === 'busybox' ? busybox : shell
        const args = { archive, archivePrefix: 'app/', version: 'early' }
        assert.deepEqual(await twice(args, host), [
          { what: 'commit', from: 'absent', to: `${short('c1')} (early)` },
          { what: `archive ${archive}`, from: 'absent', to: short('c1') },
        ])
        assert.equal(listed(archive), 'app/\napp/a')
        assert.deepEqual((await twice({ ...args, version: 'v3' }, host)).slice(1), [
          { what: `archive ${archive}`, from: short('c1'), to: short('c3') },
        ])
      })

  it('makes an archive anew that was changed, or whose prefix is another one', async () => {
    const archive = join(folder, 'app.tgz')
    await twice({ archive })
    const whole = readFileSync(archive)
    for (const spoiled of [whole.subarray(0, 100), Buffer.concat([whole, whole]), Buffer.from('other')]) {
      writeFileSync(archive, spoiled)
      assert.deepEqual(await twice({ archive }), [
        { what: `archive ${archive}`, from: 'other content', to: short('c3') },
      ])
      assert.deepEqual(readFileSync(archive), whole)
    }
    await twice({ archive, archivePrefix: 'x/' })
    assert.equal(listed(archive), 'x/\nx/a')
  })

  it('makes the archive of what is checked out, without update', async () => {
    pointTo(root, 'old')
    await twice()
    pointTo(root, 'new')
    const archive = join(folder, 'app.tar')
    assert.deepEqual(await twice({ archive, update: false }), [
      { what: `archive ${archive}`, from: 'absent', to: short('c2') },
    ])
  })

  itAsRoot(
    'refuses a place for the archive where another user could put something else, in the dry run too',
    async () => {
      execFileSync('chown', ['65534', folder])
      const link = join(folder, 'link')
      symlinkSync('/etc', link)
      execFileSync('chown', ['-h', '65534', link])
      const one = task({ archive: join(link, 'app.tar') })
      const state = await observe(['dash'], one.module.probe(one.args))
      assert.throws(() => one.module.plan(one.args, state), /is not safe to write to/)
    },
  )

  it('fetches what a refspec names, for a commit that is on no branch', async () => {
    sh(
      root,
      'rm -rf hidden; cp -a rewritten hidden; git -C hidden update-ref refs/meta/one main; git -C hidden update-ref refs/heads/main early^{commit}; git -C hidden config uploadpack.allowAnySHA1InWant false',
    )
    pointTo(root, 'hidden')
    const version = commits.get('r2') ?? ''
    for (const refspec of ['refs/meta/one', '+refs/meta/*:refs/remotes/origin/meta/*'])
      for (const depth of [undefined, 1]) {
        rmSync(dest, { recursive: true, force: true })
        await twice({ version, refspec, depth })
        assert.equal(sh(dest, 'git rev-parse HEAD'), version)
        // Away from it: it is no commit of somebody here.
        await twice({ version: 'early', refspec })
      }
  })

  it('uses the objects of a reference repository', async () => {
    for (const args of [{}, { bare: true }]) {
      rmSync(dest, { recursive: true, force: true })
      await twice({ reference: join(root, 'new'), ...args })
      assert.equal(
        sh(dest, 'git count-objects -v | sed -n "s/^in-pack: //p;s/^count: //p" | tr "\\n" " "'),
        '0 0',
      )
      assert.equal(sh(dest, 'git rev-parse HEAD'), commits.get('c3'))
    }
  })

  it('refuses a reference that git cannot use, in the dry run too', async () => {
    sh(root, `rm -rf shallow; git clone -q --depth 1 file://${root}/new shallow`)
    const refused = {
      nowhere: /does not exist/,
      shallow: /has a part of its history only/,
      tools: /cannot be read by git/,
    }
    for (const [name, error] of Object.entries(refused)) {
      const one = task({ reference: join(root, name) })
      const state = await observe(['dash'], one.module.probe(one.args))
      assert.throws(() => one.module.plan(one.args, state), error)
    }
    await twice()
    assert.deepEqual(await twice({ reference: join(root, 'nowhere') }), [])
  })

  it('is what Ansible does', async function () {
    if (!hasAnsible()) this.skip()
    const url = `file://${join(root, 'origin')}`
    const names = ['app.tar', 'app.tar.gz', 'app.tgz', 'app.zip']
    const calls = names.flatMap((name) => {
      const one = { repo: url, dest: join(root, `theirs-${name}`), archive: join(folder, `theirs-${name}`) }
      return ['early', 'early', 'v3'].map((version) => ({
        module: 'git',
        args: { ...one, archive_prefix: 'app/', version },
      }))
    })
    const more = [
      {
        module: 'git',
        args: { repo: url, dest: join(root, 'theirs-reference'), reference: join(root, 'new') },
      },
      {
        module: 'git',
        args: { repo: url, dest: join(root, 'theirs-none'), reference: join(root, 'nowhere') },
      },
    ]
    const said = runAnsible([...calls, ...more], ['env', 'GIT_CONFIG_GLOBAL=/dev/null'])
    const changed = said.slice(0, calls.length).map((one) => one['changed'])
    assert.deepEqual(
      changed,
      names.flatMap(() => [true, false, true]),
      JSON.stringify(said),
    )
    assert.deepEqual(
      said.slice(-2).map((one) => one['failed'] ?? false),
      [false, true],
    )
    for (const name of names) {
      dest = join(root, `dest-${next++}`)
      const archive = join(folder, name)
      await converge(task({ archive, archivePrefix: 'app/', version: 'v3' }))
      assert.deepEqual(readFileSync(archive), readFileSync(join(folder, `theirs-${name}`)), name)
    }
    assert.equal(existsSync(join(root, 'theirs-reference/.git/objects/info/alternates')), true)
  })
})
