import assert from 'node:assert/strict'
import { type Ended, type Project, objects, project, runCli } from '../../support/cli.ts'

const INVENTORY = `
import { defineInventory, local, z } from 'run-playbook'
export default defineInventory({
  vars: z.strictObject({ port: z.number().default(80), folder: z.string().optional() }),
  hosts: {
    'web-1': { connection: local(), vars: { folder: '/srv' } },
    'web-2': { connection: local() },
    'db-1': { connection: local() },
  },
  groups: { web: { hosts: ['web-1', 'web-2'] }, db: { hosts: ['db-1'] } },
})
`

const WRONG = `
import { changed, copy, definePlay, definePlaybook, defineRole, file, group, pattern, service, shell, z } from 'run-playbook'
const proxy = defineRole({
  name: 'proxy',
  vars: z.strictObject({ port: z.number(), host: z.string() }),
  tasks: ({ prt }: any) => [
    copy('config', { dest: '/etc/proxy', content: String(prt), mod: '0644' } as any),
    copy('second', { dst: '/etc/second', content: 'x' } as any),
  ],
})
const cache = defineRole({ name: 'cache', vars: z.strictObject({ size: z.number() }), tasks: () => [] })
const unlisted = shell('unlisted', { script: 'true' })
export default definePlaybook({
  description: 'test',
  plays: () => [
    definePlay({
      name: 'first',
      hosts: pattern('web,wbe,mail:!db-9'),
      seriall: 1,
      roles: () => [proxy({ port: 1, host: 'x' }), cache({ siz: 1 } as any), proxy({ port: 'a', host: 2 } as any)],
      tasks: (host) => [
        shell('one', { script: 'true ' + (host.vars as any).prt }, { notfy: [], becomUser: 'x' } as any),
        service('two', { name: 'x', stat: 'started' } as any, { notify: 'restart x' as any }),
        shell('three', { script: 'true' }, { delegateTo: 'db-2', timeoutMs: -1 }),
        group({ when: changed(unlisted), tgs: [] } as any, [file('four', { pth: '/x' } as any)]),
      ],
    } as any),
    definePlay({
      name: 'second',
      hosts: 'web',
      tasks: (host) => [copy('five', { dest: (host.vars as any).folder, content: 'x' })],
    }),
    definePlay({ name: 'third', hosts: 'dbb' as any, tasks: () => [shell('six', { scrpt: 'x' } as any)] }),
  ],
})
`

const MISTAKES: readonly RegExp[] = [
  /play first: there is no option seriall/,
  /play first: wbe is neither a host nor a group/,
  /play first: mail is neither a host nor a group/,
  /play first: db-9 is neither a host nor a group/,
  /role proxy: there is no var prt: did you mean port\?/,
  /copy "config": there is no argument mod: did you mean mode\?/,
  /copy "second": there is no argument dst: did you mean dest\?/,
  /role cache: there is no var siz: did you mean size\?/,
  /role proxy: port: .*; host: /,
  /host web-1: there is no var prt: did you mean port\? \(at playbooks\/wrong\.ts:22\) \(and 1 more host\)/,
  /shell "one": there is no option notfy/,
  /shell "one": there is no option becomUser/,
  /service "two": there is no argument stat: did you mean state\?/,
  /"two" notifies "restart x", which is not a task/,
  /shell "three": delegateTo: db-2 is not a host of the inventory/,
  /shell "three": timeoutMs must be/,
  /group: there is no option tgs/,
  /a group needs "unlisted", which is not listed before it/,
  /file "four": there is no argument pth: did you mean path\?/,
  /copy "five": dest: .* \(for the host web-2\)/,
  /play third: dbb is neither a host nor a group/,
  /shell "six": there is no argument scrpt: did you mean script\?/,
]

describe('lint', function () {
  this.timeout(60_000)
  let own: Project
  afterEach(() => own.remove())
  const lint = (files: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ended> => {
    own = project({ 'inventory.ts': INVENTORY, ...files })
    return runCli(own, ['lint', '--no-types', ...args])
  }

  it('tells every mistake of a playbook, each one once', async () => {
    const { code, stdout } = await lint({ 'playbooks/wrong.ts': WRONG }, 'wrong')
    assert.equal(code, 1, stdout)
    const told = stdout.split('\n').filter((line) => line.startsWith('error'))
    for (const mistake of MISTAKES)
      assert.equal(told.filter((line) => mistake.test(line)).length, 1, `${String(mistake)} in\n${stdout}`)
    assert.equal(told.length, MISTAKES.length, stdout)
    assert.match(stdout, new RegExp(`: ${MISTAKES.length} wrong\n$`))
  })

  it('tells them as JSON, one a line', async () => {
    const { code, stdout } = await lint({ 'playbooks/wrong.ts': WRONG }, 'wrong', '--output', 'json')
    assert.equal(code, 1)
    const findings = objects(stdout).filter(({ type }) => type === 'finding')
    assert.equal(findings.length, MISTAKES.length)
    for (const { level, file, code: one } of findings)
      assert.deepEqual([level, file, String(one).startsWith('E_')], ['error', 'playbooks/wrong.ts', true])
    const last = objects(stdout).at(-1)
    assert.deepEqual([last?.type, last?.exitCode], ['recap', 1])
  })

  it('tells every mistake of the inventory', async () => {
    const inventory = INVENTORY.replace("['db-1'] }", "['db-1', 'db-2', 'wbe'] }, old: { hosts: ['gone'] }")
      .replace("folder: '/srv'", 'folder: 1')
      .replace(
        "'web-2': { connection: local() }",
        "'web-2': { connection: local(), vars: { prt: 1 } as any }",
      )
    const { code, stdout } = await lint({ 'inventory.ts': inventory, 'playbooks/wrong.ts': WRONG })
    assert.equal(code, 1)
    for (const mistake of [
      /group db: db-2 is neither/,
      /group db: wbe is neither/,
      /group old: gone is neither/,
      /host web-1: folder: /,
      /host web-2: there is no var prt: did you mean port\?/,
    ])
      assert.match(stdout, mistake)
    assert.match(stdout, /^note .*inventory/m)
    assert.match(stdout, /: 5 wrong\n$/)
  })

  it('tells those of the playbooks too where only names in groups are wrong', async () => {
    const inventory = INVENTORY.replace("['db-1']", "['db-1', 'db-2']")
    const { stdout } = await lint({ 'inventory.ts': inventory, 'playbooks/wrong.ts': WRONG }, 'wrong')
    assert.match(stdout, new RegExp(`: ${MISTAKES.length + 1} wrong\n$`))
  })

  it('tells the misspelled options of a playbook and of an inventory', async () => {
    const { stdout } = await lint(
      {
        'inventory.ts': INVENTORY.replace('groups:', 'grps: {}, hsts: {}, groups:'),
        'playbooks/odd.ts': `import { definePlaybook } from 'run-playbook'
export default definePlaybook({ description: 'x', playz: 1, var: {}, plays: () => [] } as any)`,
      },
      'odd',
    )
    for (const mistake of [/no option grps/, /no option hsts/, /no option playz/, /no option var \(/])
      assert.match(stdout, mistake)
  })

  it('goes on with the next play where one throws', async () => {
    const { stdout } = await lint({
      'playbooks/odd.ts': `import { definePlay, definePlaybook, file } from 'run-playbook'
const play = (name: string, make: () => any) => definePlay({ name, hosts: 'all', tasks: make })
const nothing: any = undefined
export default definePlaybook({ description: 'x', plays: () => [
  play('a', () => nothing.tasks),
  play('b', () => [file('x', { path: '/x', state: 'absent' }), 'no task', file('y', { pth: '/y' } as any)]),
  definePlay({ name: 'c', hosts: 'all', roles: () => [(() => []) as any], tasks: () => [file('z', { pth: '/z' } as any)] }),
] })`,
    })
    assert.match(stdout, /^error .*Cannot read properties of undefined.* \(at playbooks\/odd\.ts:5\)$/m)
    assert.match(
      stdout,
      /^error .*play b: "no task" in the list of tasks is not a task \(at playbooks\/odd\.ts:2\)$/m,
    )
    assert.match(
      stdout,
      /^error .*play c: a function in the list of roles is not a role \(at playbooks\/odd\.ts:7\)\n {2}Call it/m,
    )
    for (const task of ['y', 'z'])
      assert.match(stdout, new RegExp(`file "${task}": there is no argument pth`))
    assert.match(stdout, /: 5 wrong\n$/)
  })

  it('notes the plays whose tasks nobody checked, because they have no hosts', async () => {
    const play = (name: string, hosts: string): string =>
      `definePlay({ name: '${name}', hosts: pattern('${hosts}'), tasks: () => [file('x', { pth: '/x' } as any)] })`
    const playbook = (...plays: readonly string[]): string =>
      `import { definePlay, definePlaybook, file, pattern } from 'run-playbook'
export default definePlaybook({ description: 'x', plays: () => [${plays.join(', ')}] })`
    const unknown = await lint({ 'playbooks/odd.ts': playbook(play('a', 'somewhere')) })
    assert.match(unknown.stdout, /^note .*: the tasks of play a were not checked: it has no hosts$/m)
    assert.match(unknown.stdout, /: 1 wrong\n$/)
    own.write('playbooks/odd.ts', playbook(play('b', 'web:!web')))
    const empty = await runCli(own, ['lint', '--no-types'])
    assert.match(empty.stdout, /^note .*: the tasks of play b were not checked: it has no hosts$/m)
    assert.equal(empty.code, 0)
    const limited = await runCli(own, ['lint', '--no-types', '-l', 'db'])
    assert.match(limited.stdout, /^note .*play b/m)
  })

  it('goes on with the next playbook', async () => {
    const { stdout } = await lint({
      'playbooks/a.ts': 'export default 1\n',
      'playbooks/b.ts': 'export default nothing\n',
      'playbooks/wrong.ts': WRONG,
    })
    assert.match(stdout, new RegExp(`: ${MISTAKES.length + 2} wrong\n$`))
  })
})
