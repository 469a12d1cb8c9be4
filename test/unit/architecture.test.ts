import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, normalize } from 'node:path'

/** What each folder of lib/ may import: those below it. A file directly in lib/ may import everything. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  secrets: ['core'],
  templates: ['core'],
  transport: ['core'],
  modules: ['core', 'secrets', 'templates'],
  postgres: ['core', 'transport', 'modules', 'pgbackrest'],
  pgbackrest: ['core', 'modules'],
  playbook: ['core', 'secrets', 'transport'],
  cluster: ['core', 'modules', 'playbook', 'postgres', 'pgbackrest'],
  engine: ['core', 'secrets', 'transport', 'playbook'],
  reporters: ['core'],
  testing: ['core', 'secrets', 'transport', 'playbook', 'engine'],
  cli: ['core', 'secrets', 'transport', 'postgres', 'modules', 'playbook', 'engine', 'reporters'],
}

/** What the status service bundles has to be free of everything else. */
const BUNDLED = ['lib/cluster/status/', 'lib/pgbackrest/']

const PACKAGE = /^(run-playbook(\/(postgres|cluster|roles|testing))?|node:.*)$/

const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))

const imports = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
    ([, name]) => name as string,
  )

const targetsOf = (file: string): string[] =>
  imports(file)
    .filter((name) => name.startsWith('.'))
    .map((name) => normalize(join(file, '..', name)))

const rolesOf = (): string[] =>
  readdirSync('roles', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)

describe('the architecture', () => {
  for (const [folder, below] of Object.entries(FOLDERS)) {
    it(`lib/${folder} imports ${below.join(', ') || 'none of the others'}`, () => {
      const allowed = [folder, ...below].map((one) => (one.endsWith('.ts') ? `lib/${one}` : `lib/${one}/`))
      for (const file of files(`lib/${folder}`)) {
        for (const target of targetsOf(file).filter((one) => one.startsWith('lib/')))
          assert.ok(
            allowed.some((one) => target.startsWith(one)),
            `${file} imports ${target}`,
          )
      }
    })
  }

  it('has a rule for every folder', () => {
    const folders = readdirSync('lib', { withFileTypes: true }).filter((entry) => entry.isDirectory())
    assert.deepEqual(folders.map(({ name }) => name).toSorted(), Object.keys(FOLDERS).toSorted())
  })

  it('builds no schema of a module before it is used', () => {
    for (const folder of ['lib/modules', 'lib/postgres', 'lib/pgbackrest/modules'])
      for (const file of files(folder))
        assert.doesNotMatch(readFileSync(file, 'utf8'), /^import (?!type|\{ type \w+ \}).* from 'zod'/m, file)
  })

  it('keeps what the status service bundles free of the rest of the library', () => {
    const parser = files('lib/pgbackrest').filter((file) => !file.startsWith('lib/pgbackrest/modules/'))
    for (const file of [...files('lib/cluster/status'), ...parser])
      for (const target of targetsOf(file)) {
        const bundled = BUNDLED.some((one) => target.startsWith(one)) && !target.includes('/modules/')
        assert.ok(bundled, `${file} imports ${target}`)
      }
  })

  it('lets the status service import lib/cluster/status and itself', () => {
    for (const file of files('docker/status'))
      for (const target of targetsOf(file))
        assert.match(target, /^(lib\/cluster\/status|docker\/status)\//, `${file} imports ${target}`)
  })

  it('lets a role use what a library user could, its own files, and those of postgres-node', () => {
    for (const role of rolesOf()) {
      for (const file of files(join('roles', role))) {
        for (const name of imports(file)) {
          const target = normalize(join(file, '..', name))
          const own = target.startsWith(`roles/${role}/`) || target.startsWith('roles/postgres-node/')
          assert.ok(name.startsWith('.') ? own : PACKAGE.test(name), `${file} imports ${name}`)
        }
      }
    }
  })

  it('lets playbooks use what a library user could', () => {
    for (const file of files('playbooks')) {
      for (const name of imports(file)) {
        const own = normalize(join(file, '..', name)).startsWith('playbooks/')
        assert.ok(name.startsWith('.') ? own : PACKAGE.test(name), `${file} imports ${name}`)
      }
    }
  })

  it('has no circles of imports, those of types included', () => {
    const all = ['lib', 'roles', 'playbooks', 'docker'].flatMap(files)
    const known = new Set(all)
    const graph = new Map(all.map((file) => [file, targetsOf(file).filter((target) => known.has(target))]))
    const done = new Set<string>()
    const circles: string[] = []
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) return void circles.push([...path.slice(path.indexOf(file)), file].join(' → '))
      if (done.has(file)) return
      for (const target of graph.get(file) ?? []) visit(target, [...path, file])
      done.add(file)
    }
    for (const file of all) visit(file, [])
    assert.deepEqual(circles, [])
  })

  it('lets the engine look, then plan, then run', () => {
    const later: Readonly<Record<string, readonly string[]>> = { look: ['plan', 'run'], plan: ['run'] }
    for (const [folder, others] of Object.entries(later))
      for (const file of files(`lib/engine/${folder}`))
        for (const target of targetsOf(file))
          assert.ok(
            !others.some((other) => target.startsWith(`lib/engine/${other}/`)),
            `${file} imports ${target}`,
          )
  })

  it('packs every folder of templates, and the shell programs', function () {
    if (!existsSync('dist/roles')) this.skip()
    const programs = 'lib/transport/shell'
    const scripts = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.sh'))
    assert.deepEqual(scripts(join('dist', programs)), scripts(programs))
    for (const role of rolesOf()) {
      const templates = join('roles', role, 'templates')
      if (existsSync(templates))
        assert.deepEqual(readdirSync(join('dist', templates)), readdirSync(templates), role)
    }
  })

  it('keeps every file under 300 lines', () => {
    const long = ['lib', 'roles', 'playbooks', 'docker', 'test']
      .flatMap(files)
      .filter((file) => readFileSync(file, 'utf8').split('\n').length > 300)
    assert.deepEqual(long, [])
  })
})
