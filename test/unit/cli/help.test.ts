import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { playbookHelp } from '../../../lib/cli/playbook-help.ts'
import { throwawaySecrets } from '../../../lib/cli/throwaway-secrets.ts'
import { descriptionOf, typeWords } from '../../../lib/cli/var-words.ts'
import { prepare } from '../../../lib/engine/run/prepare.ts'
import { type Inventory, defineInventory } from '../../../lib/playbook/inventory.ts'
import type { Playbook } from '../../../lib/playbook/playbook.ts'
import { varSchemas } from '../../../lib/playbook/vars.ts'
import { type Project, playbookOf, project, runCli } from '../../support/cli.ts'

const WITH_VARS = `
import { definePlaybook, z } from 'run-playbook'
export default definePlaybook({
  description: 'puts a version on the web servers',
  vars: z.strictObject({
    version: z.string().describe('The tag in the registry.'),
    part: z.enum(['web', 'worker']).default('web').describe('What is replaced.'),
    percent: z.int().min(1).max(100).default(30),
    slow: z.boolean().optional().describe('Waits a minute between two hosts.'),
    hosts: z.array(z.string()).default([]),
    force: z.union([z.boolean(), z.enum(['yes', 'no'])]).default(false).describe('Without asking.'),
    more: z.strictObject({}).default({}),
    limits: z.strictObject({ cpu: z.number() }).optional(),
  }),
  plays: () => [],
})
`
const INVENTORY = `
import { defineInventory, local, z } from 'run-playbook'
export default defineInventory({
  vars: z.strictObject({ port: z.number().default(80), version: z.string().optional() }),
  hosts: { here: { connection: local() } },
})
`

describe('the help of a playbook', function () {
  this.timeout(60_000)
  let own: Project
  before(() => {
    own = project({
      'inventory.ts': INVENTORY,
      'playbooks/release.ts': WITH_VARS,
      'playbooks/plain.ts': playbookOf('[]'),
      'playbooks/broken.ts': 'export default nothing\n',
    })
  })
  after(() => own.remove())
  const help = async (args: readonly string[], code = 0): Promise<string> => {
    const ended = await runCli(own, args)
    assert.equal(ended.code, code, ended.stdout + ended.stderr)
    return ended.stdout + ended.stderr
  }

  for (const args of [
    ['release', '--help'],
    ['--help', 'release'],
    ['release', '-C', '-h'],
    ['help', 'release'],
    ['playbooks/release.ts', '--help'],
  ])
    it(`says what -e takes: ${args.join(' ')}`, async () => {
      const text = await help(args)
      assert.match(
        text,
        /^Usage: run-playbook \S*release\S* \[options\]\n\nputs a version on the web servers\n/,
      )
      for (const line of [
        /^ {2}version=TEXT +The tag in the registry\. \(required\)$/m,
        /^ {2}part=web\|worker +What is replaced\. \(default: web\)$/m,
        /^ {2}percent=NUMBER +\(default: 30\)$/m,
        /^ {2}slow=true\|false +Waits a minute between two hosts\.$/m,
        /^ {2}force=yes\|no +Without asking\. \(default: no\)$/m,
        /^ {2}more=JSON$/m,
        /^ {2}hosts=JSON +\(default: \[\]\)$/m,
        /^ {2}limits=JSON$/m,
        /^-e also sets the vars of the inventory, for all hosts: port$/m,
        /^ {2}-C, --check /m,
      ])
        assert.match(text, line)
    })

  it('lists what is required first, and what the inventory sets as well last', async () => {
    own.write(
      'playbooks/order.ts',
      `import { definePlaybook, z } from 'run-playbook'
const text = z.string().optional()
export default definePlaybook({
  description: 'x',
  vars: z.strictObject({ port: z.number().optional(), a: text, b: z.string(), version: text, c: text }),
  plays: () => [],
})`,
    )
    const text = await help(['order', '--help'])
    assert.deepEqual(text.match(/^ {2}\w+(?==)/gm)?.join(''), '  b  a  c  port  version')
  })

  it('says that -e takes nothing of its own', async () => {
    const text = await help(['plain', '--help'])
    assert.match(text, /^-e sets the vars of the inventory, for all hosts: port, version$/m)
    assert.doesNotMatch(text, /^ {2}\w+=/m)
  })

  it('needs no inventory', async () => {
    own.write('inventory.ts', 'export default nothing\n')
    try {
      assert.match(await help(['release', '--help']), /version=TEXT/)
    } finally {
      own.write('inventory.ts', INVENTORY)
    }
  })

  it('is that of all playbooks where none is named', async () => {
    assert.match(await help(['--help']), /Usage: run-playbook \[options\] <playbook>/)
    assert.match(await help(['--help']), /run-playbook PLAYBOOK --help/)
    assert.match(await help(['release', '--version']), /^\d+\.\d+\.\d+\n$/)
  })

  it('is refused for a playbook that is not there, or cannot be loaded', async () => {
    assert.match(
      await help(['relaese', '--help'], 1),
      /there is no playbook relaese.*\n {2}Did you mean release\?/,
    )
    assert.match(
      await help(['broken', '--help'], 1),
      /broken\.ts could not be loaded: nothing is not defined/,
    )
  })
})

const shipped = readdirSync('playbooks').filter((name) => name.endsWith('.ts'))
const load = async (file: string): Promise<Playbook> =>
  ((await import(resolve('playbooks', file))) as { default: Playbook }).default

describe('a playbook that ships', () => {
  for (const file of shipped)
    it(`says what each var does: ${file}`, async () => {
      const { vars, description } = await load(file)
      assert.match(playbookHelp({ vars, description }, undefined), /\n {2}\w[\w-]+=/)
      for (const [name, schema] of Object.entries(varSchemas(vars))) {
        assert.match(descriptionOf(schema) ?? '', /^[A-Z].*[.)]$/, name)
        assert.doesNotMatch(typeWords(schema), /VALUE/, name)
      }
    })

  const REQUIRED: Readonly<Record<string, Record<string, unknown>>> = {
    'promote.ts': { to: 'here' },
    'upgrade.ts': { to: 17 },
  }
  const here = { here: { connection: 'local' } } as const
  const inventories: readonly Inventory[] = [
    defineInventory({ hosts: here }),
    defineInventory({ hosts: here, groups: { postgres: { hosts: [] } } }),
    defineInventory({ hosts: here, groups: { db: { hosts: ['here'] } } }),
  ]
  for (const file of shipped)
    it(`says that the inventory has no nodes: ${file}`, async () => {
      const playbook = await load(file)
      const secrets = await throwawaySecrets()
      for (const inventory of inventories)
        assert.throws(
          () =>
            prepare({
              name: file,
              playbook,
              inventory,
              selection: { tags: [], skipTags: [] },
              extraVars: REQUIRED[file] ?? {},
              ...secrets,
            }),
          {
            code: 'E_NO_NODES',
            message: 'the inventory has no group "postgres" with hosts',
            hint: /groups: \{ postgres: \{ hosts: \['here'\] \} \}/,
          },
        )
    })
})
