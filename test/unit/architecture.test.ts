import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join, normalize } from 'node:path'

/** What each room may import: those below it. A file directly in lib/ may import everything. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  secrets: ['core'],
  templates: ['core'],
  transport: ['core'],
  postgres: ['core', 'transport'],
  pgbackrest: [],
  modules: ['core', 'secrets', 'templates', 'postgres', 'pgbackrest'],
  playbook: ['core', 'secrets'],
  engine: ['core', 'secrets', 'transport', 'postgres', 'modules', 'playbook'],
  reporters: ['core'],
  cli: ['core', 'secrets', 'transport', 'postgres', 'modules', 'playbook', 'engine', 'reporters'],
}

const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))

const imports = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
    ([, name]) => name as string,
  )

describe('the architecture', () => {
  for (const [room, below] of Object.entries(ROOMS)) {
    it(`lib/${room} imports ${below.join(', ') || 'none of the others'}`, () => {
      for (const file of files(`lib/${room}`)) {
        for (const name of imports(file).filter((one) => one.startsWith('.'))) {
          const [lib, target] = normalize(join(file, '..', name)).split('/')
          if (lib !== 'lib' || target === room) continue
          assert.ok(below.includes(target as string), `${file} imports ${name}`)
        }
      }
    })
  }

  it('has a rule for every room', () => {
    const rooms = readdirSync('lib', { withFileTypes: true }).filter((entry) => entry.isDirectory())
    assert.deepEqual(rooms.map(({ name }) => name).toSorted(), Object.keys(ROOMS).toSorted())
  })

  it('lets roles and playbooks use nothing that a library user could not', () => {
    for (const file of [...files('roles'), ...files('playbooks')]) {
      for (const name of imports(file)) {
        const allowed = /^(run-playbook(\/roles)?|node:.*)$/.test(name)
        const own = name.startsWith('.') && !normalize(join(file, '..', name)).startsWith('lib')
        assert.ok(allowed || own, `${file} imports ${name}`)
      }
    }
  })

  it('keeps every file under 300 lines', () => {
    const long = ['lib', 'roles', 'playbooks', 'docker', 'test']
      .flatMap(files)
      .filter((file) => readFileSync(file, 'utf8').split('\n').length > 300)
    assert.deepEqual(long, [])
  })
})
