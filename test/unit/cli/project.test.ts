import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheFolder } from '../../../lib/cli/cache-folder.ts'
import { loadPlaybook } from '../../../lib/cli/load.ts'
import { findInventory, findPlaybook, playbookNames, projectRoot } from '../../../lib/cli/project.ts'
import { type Project, playbookOf, project, runCli } from '../../support/cli.ts'

describe('finding a project', () => {
  const before = process.cwd()
  let own: Project
  beforeEach(() => {
    own = project()
    process.chdir(own.folder)
    own = { ...own, folder: process.cwd() }
  })
  afterEach(() => {
    process.chdir(before)
    own.remove()
  })

  for (const ending of ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'])
    it(`finds a playbook that ends in ${ending} by its name`, () => {
      const path = own.write(`playbooks/deploy${ending}`, '')
      assert.equal(findPlaybook('deploy'), path)
      assert.ok(playbookNames().includes('deploy'))
      assert.equal(findPlaybook('playbooks/deploy'), path)
    })

  it('does not take types and tests for playbooks', () => {
    own.write('playbooks/deploy.d.ts', '')
    own.write('playbooks/deploy.test.ts', '')
    assert.ok(!playbookNames().some((name) => name.startsWith('deploy')))
  })

  it('looks upwards from the working folder', () => {
    const path = own.write('playbooks/deploy.ts', '')
    mkdirSync(join(own.folder, 'roles/web/files'), { recursive: true })
    for (const folder of ['playbooks', 'roles/web/files']) {
      process.chdir(join(own.folder, folder))
      assert.equal(projectRoot(), own.folder)
      assert.equal(findPlaybook('deploy'), path)
      assert.equal(findInventory(), join(own.folder, 'inventory.ts'))
    }
  })

  it('says where it looked', () => {
    assert.throws(() => findPlaybook('deply'), {
      code: 'E_NO_PLAYBOOK',
      message: new RegExp(`no playbook deply in ${own.folder}/playbooks or .*/playbooks`),
    })
    assert.throws(() => findPlaybook('./deploy.ts'), { message: new RegExp(`${own.folder}/deploy.ts`) })
    assert.throws(() => findInventory('hosts.ts'), { message: new RegExp(`${own.folder}/hosts.ts`) })
    process.chdir('/')
    assert.throws(() => findInventory(), { message: /no inventory\.ts in \/, or in a directory above it/ })
  })

  it('names the playbook that a wrong path may have meant', () => {
    own.write('playbooks/deploy.ts', '')
    assert.throws(() => findPlaybook('deploy.ts'), { hint: /deploy is .*\/playbooks\/deploy\.ts/ })
  })

  const missing: [string, string, string, RegExp, RegExp][] = [
    [
      'a file',
      'a.ts',
      "const a = 1\n\nimport { x } from './nope.ts'\nx()\n",
      /a\.ts imports \.\/nope\.ts/,
      /a\.ts:3$/,
    ],
    [
      'a package',
      'b.mts',
      "import x from 'no-such-package/sub'\nx()\n",
      /b\.mts imports no-such/,
      /b\.mts:1$/,
    ],
    ['with require', 'c.cjs', "\nrequire('./nope.cjs')\n", /c\.cjs imports \.\/nope\.cjs/, /c\.cjs:2$/],
    [
      'in a role',
      'd.ts',
      "import '../roles/r.ts'\n",
      /roles\/r\.ts imports \.\.\/gone\.ts/,
      /roles\/r\.ts:2$/,
    ],
    ['dynamically', 'e.ts', "await import('./nope.ts')\n", /e\.ts imports \.\/nope\.ts/, /e\.ts:1$/],
  ]
  for (const [what, file, text, message, at] of missing)
    it(`tells the line of an import of what is not there: ${what}`, async () => {
      own.write('roles/r.ts', "\nimport '../gone.ts'\n")
      await assert.rejects(loadPlaybook(own.write(`playbooks/${file}`, text)), {
        code: 'E_LOAD',
        message,
        at,
      })
    })
})

describe('the folder for compiled playbooks', () => {
  let home: string
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'cache-'))
  })
  afterEach(() => rmSync(home, { recursive: true }))
  const cache = () => cacheFolder('playbooks', { XDG_CACHE_HOME: home })

  it('is private', () => {
    const folder = cache() ?? ''
    assert.equal(folder, join(home, 'run-playbook', 'playbooks'))
    for (const path of [folder, join(home, 'run-playbook')]) assert.equal(statSync(path).mode & 0o777, 0o700)
  })

  it('may lie in a folder that others read', () => {
    mkdirSync(join(home, 'run-playbook'), { mode: 0o755 })
    chmodSync(join(home, 'run-playbook'), 0o755)
    assert.equal(statSync(cache() ?? '').mode & 0o777, 0o700)
  })

  it('is none where others may read what is compiled', () => {
    chmodSync(cache() ?? '', 0o755)
    assert.equal(cache(), undefined)
  })

  it('is none where others may write', () => {
    for (const mode of [0o777, 0o770, 0o775]) {
      mkdirSync(join(home, 'run-playbook'), { recursive: true })
      chmodSync(join(home, 'run-playbook'), mode)
      assert.equal(cache(), undefined, mode.toString(8))
    }
  })

  it('is none where others may put another folder in its place', () => {
    cache()
    chmodSync(home, 0o777)
    assert.equal(cache(), undefined)
  })

  it('is no link to somewhere else', () => {
    mkdirSync(join(home, 'elsewhere'), { mode: 0o700 })
    symlinkSync('elsewhere', join(home, 'run-playbook'))
    assert.equal(cache(), undefined)
  })

  it('is none where there is no home', () => {
    assert.equal(cacheFolder('playbooks', { XDG_CACHE_HOME: '/proc/nowhere' }), undefined)
  })

  it("is never the working folder's or a shared one", async function () {
    const own = project({ 'playbooks/fine.ts': playbookOf('[]') })
    const shared = join(home, 'tmp')
    mkdirSync(shared)
    try {
      const env = { TMPDIR: shared, XDG_CACHE_HOME: '/proc/nowhere' }
      const { code } = await runCli(own, ['fine', '--list-tasks'], { env })
      assert.equal(code, 0)
      for (const folder of [join(shared, 'jiti'), join(own.folder, 'node_modules/.cache')])
        assert.throws(() => statSync(folder), { code: 'ENOENT' })
    } finally {
      own.remove()
    }
  })
})
