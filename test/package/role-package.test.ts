import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { samplesOf } from '../support/samples.ts'
import { type Consumer, type Packed, consumer, pack } from './support/consumer.ts'

/** The samples of the page, as they are printed. */
const samples = samplesOf('docs/writing-a-role.md')
const MANIFEST = samples.find(({ language, text }) => language === 'json' && text.includes('"role-motd"'))
const ROLE = samples.find(({ language, text }) => language === 'typescript' && text.includes('MotdVars'))

const OUTER = `
import { defineRole, file, z } from 'run-playbook'
import { motd } from 'role-motd'
export const greeting = defineRole({
  name: 'greeting',
  vars: z.strictObject({ folder: z.string() }),
  tasks: ({ folder }) => [
    motd({ text: 'Hello', dest: folder + '/motd' }).tasks,
    file('folder', { path: folder + '/sub', state: 'directory' }),
  ],
})`

const PLAYBOOK = `
import { definePlay, definePlaybook } from 'run-playbook'
import { motd } from 'role-motd'
import { greeting } from '../roles/greeting.ts'
export default definePlaybook({
  description: 'the role of a package',
  plays: () => [
    definePlay({
      name: 'p',
      hosts: 'all',
      become: false,
      roles: () => [motd({ text: 'Hi', dest: 'FOLDER/own' }), greeting({ folder: 'FOLDER' })],
    }),
  ],
})`

describe('a role as a package', function () {
  let packed: Packed
  let project: Consumer
  before(() => {
    packed = pack()
    project = consumer(packed)
    const own = join(project.folder, 'role')
    mkdirSync(join(own, 'templates'), { recursive: true })
    writeFileSync(join(own, 'package.json'), MANIFEST?.text ?? '')
    writeFileSync(join(own, 'role.ts'), ROLE?.text ?? '')
    writeFileSync(join(own, 'templates/motd.hbs'), '{{text}} from the package\n')
    execFileSync('npm', ['pack', '--silent'], { cwd: own })
    const installed = join(project.folder, 'node_modules/role-motd')
    mkdirSync(installed)
    execFileSync('tar', ['-xzf', join(own, 'role-motd-1.0.0.tgz'), '-C', installed, '--strip-components=1'])
    project.write('roles/greeting.ts', OUTER)
    project.write('playbooks/motd.ts', PLAYBOOK.replaceAll('FOLDER', project.folder))
    project.write(
      'inventory.ts',
      "import { defineInventory, local } from 'run-playbook'\nexport default defineInventory({ hosts: { here: { connection: local() } } })",
    )
  })
  after(() => {
    project.remove()
    packed.remove()
  })

  it('runs as its page shows it, by itself and for a role that needs it', async () => {
    const { code, text } = await project.run('run-playbook', 'motd')
    assert.equal(code, 0, text)
    assert.equal(readFileSync(join(project.folder, 'own'), 'utf8'), 'Hi from the package\n')
    assert.equal(readFileSync(join(project.folder, 'motd'), 'utf8'), 'Hello from the package\n')
    assert.equal((await project.run('run-playbook', 'lint', '--no-types')).code, 0)
  })
})
