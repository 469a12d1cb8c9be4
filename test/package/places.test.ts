import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Consumer, type Packed, consumer, pack } from './support/consumer.ts'

/** Each task is looked at whatever the host is like: a failure does not end the run. Nothing is changed. */
const PLAYBOOK = `
import { Secret, definePlay, definePlaybook, group } from 'run-playbook'
import { postgresDrill, postgresOffsite, postgresPasswordFiles, setAside, wireguardRole } from 'run-playbook/roles'

const secret = new Secret('secret', 'correct horse')
const node = {
  image: 'cluster', address: '10.0.0.1', primary: '10.0.0.1', network: '10.0.0.0/24',
  nodes: [{ name: 'here', address: '10.0.0.1' }],
  memoryMb: 1024, cores: 1, mostCores: 1,
  server: secret,
  tls: { authority: 'a', certificate: 'c', privateKey: secret },
  passwords: { postgres: secret, replicator: secret, rewinder: secret, basebackup: secret },
}
const order = { id: '1', node: 'here', to: 'now', wish: 'now', options: [], keep: true }
const folders = { dataDir: '/nowhere/data', backupDir: '/nowhere/backups', restoreDir: '/nowhere/restore' }
const roles = [
  postgresPasswordFiles(node),
  setAside({ image: 'cluster', ...folders, order }),
  postgresDrill(node),
  postgresOffsite({ ...node, offsite: '/nowhere/offsite' }),
  wireguardRole({ address: '10.0.0.1/24', privateKey: new Secret('key', '${Buffer.alloc(32).toString('base64')}'), peers: [] }),
]

export default definePlaybook({
  plays: () => roles.map(({ role, tasks }) =>
    definePlay({ name: role, hosts: 'all', become: false, tasks: () => [group({ ignoreErrors: true }, tasks)] }),
  ),
})`

/** Whose tasks are written in which files. */
const FILES: Readonly<Record<string, string | readonly string[]>> = {
  'postgres-password-files': 'dist/roles/postgres-node/files.js',
  'set-aside': 'dist/roles/postgres-restore/set-aside.js',
  'postgres-drill': 'dist/roles/postgres-drill/role.js',
  'postgres-offsite': 'dist/roles/postgres-offsite/role.js',
  wireguard: ['dist/roles/wireguard/role.js', 'dist/roles/wireguard/endpoints.js'],
}

interface TaskEvent {
  readonly type: string
  readonly play: string
  readonly task: string
  readonly module: string
  readonly at: string
}

describe('the roles and playbooks of the installed package', function () {
  let packed: Packed
  let project: Consumer
  before(() => {
    packed = pack()
    project = consumer(packed)
    project.write(
      'inventory.ts',
      `import { defineInventory, local } from 'run-playbook'
       export default defineInventory({ hosts: { here: { connection: local() } } })`,
    )
    project.write('playbooks/roles.ts', PLAYBOOK)
    project.write('cluster/inventory.ts', readFileSync('inventory.ts', 'utf8'))
  })
  after(() => {
    project.remove()
    packed.remove()
  })

  it('name the line of a file of the role as the place of a task, and the task is written there', async () => {
    const { text } = await project.run('run-playbook', 'roles', '--check', '--output', 'json')
    const lines = text.split('\n').filter((line) => line.startsWith('{'))
    const tasks = lines
      .map((line) => JSON.parse(line) as TaskEvent)
      .filter(({ type, at }) => type === 'task' && at !== undefined)
    assert.deepEqual(new Set(tasks.map(({ play }) => play)), new Set(Object.keys(FILES)), text)
    for (const { task, module, at } of tasks) {
      const [, file = '', line] = /^node_modules\/run-playbook\/(.+):(\d+)$/.exec(at) ?? []
      const written = readFileSync(join(packed.folder, file), 'utf8').split('\n')[Number(line) - 1]
      assert.match(written ?? '', new RegExp(`\\b${module}\\(`), `${task}: ${at}`)
    }
    for (const [role, files] of Object.entries(FILES)) {
      const its = tasks
        .filter(({ play }) => play === role)
        .map(({ at }) => at.replace(/^node_modules\/run-playbook\/|:\d+$/g, ''))
      assert.deepEqual(new Set(its), new Set([files].flat()), role)
    }
  })

  it('name the line of the file of the playbook in a stack', async () => {
    project.write(
      'stack.js',
      `import { sitePlays } from './node_modules/run-playbook/dist/playbooks/plays/site.js'
       try { sitePlays({}) } catch (error) { console.log(error.stack) }`,
    )
    const { text } = await project.run(process.execPath, 'stack.js')
    const [, line] = /at sitePlays .*\/run-playbook\/dist\/playbooks\/plays\/site\.js:(\d+):/.exec(text) ?? []
    const file = readFileSync(join(packed.folder, 'dist/playbooks/plays/site.js'), 'utf8')
    assert.match(file.split('\n')[Number(line) - 1] ?? '', /refuseForeignContainers\(context\)/, text)
  })

  it('print the code of a hint as it is to be written', async () => {
    project.write(
      'playbooks/missing.ts',
      `import { definePlay, definePlaybook, template } from 'run-playbook'
       const task = template('x', { src: 'templates/x.hbs', dest: '/nowhere/x', vars: {} })
       export default definePlaybook({ plays: () => [definePlay({ name: 'p', hosts: 'all', tasks: () => [task] })] })`,
    )
    const { text } = await project.run('run-playbook', 'missing', '--check')
    assert.match(text, /new URL\('x\.hbs', import\.meta\.url\)/)
  })

  it('are of the one copy of the library that playbooks import', async () => {
    project.write(
      'copies.js',
      `import * as cluster from 'run-playbook/cluster'
       import * as roles from 'run-playbook/roles'
       console.log(roles.nodeFact === cluster.nodeFact, roles.clusterVars === cluster.clusterVars)`,
    )
    const { code, text } = await project.run(process.execPath, 'copies.js')
    assert.equal(code, 0, text)
    assert.equal(text, 'true true\n')
  })

  it('run where Node.js is started with a condition of that name for other packages', async () => {
    const bin = 'node_modules/run-playbook/bin/run-playbook.js'
    const inventory = join(project.folder, 'cluster/inventory.ts')
    const args = ['--conditions=source', bin, 'site', '--list-tasks', '-i', inventory]
    const { code, text } = await project.run(process.execPath, ...args)
    assert.equal(code, 0, text)
    assert.match(text, /postgres-primary › data folder/)
  })
})
