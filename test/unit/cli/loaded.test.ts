import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateX25519Identity } from 'age-encryption'
import { type Project, playbookOf, project, runCli } from '../../support/cli.ts'

/** What V8 writes where NODE_V8_COVERAGE says. */
interface Coverage {
  readonly result: readonly { readonly url: string }[]
}

describe('what a command loads', () => {
  let own: Project
  before(async () => {
    own = project({
      'playbooks/small.ts': playbookOf(`[shell('once', { script: ':', creates: '/' })]`),
      'playbooks/templated.ts': playbookOf(
        `[template('text', { dest: '/tmp/text', src: new URL('text.hbs', import.meta.url), vars: { yes: true } })]`,
      ).replace('shell', 'template'),
      'playbooks/json.ts': playbookOf(
        `[jsonFile('json', { path: '/tmp/run-playbook-no-such.json', key: ['a'], state: 'absent' })]`,
      ).replace('shell', 'jsonFile'),
      'playbooks/yaml.ts': playbookOf(
        `[yamlFile('yaml', { path: '/tmp/run-playbook-no-such.yaml', key: ['a'], state: 'absent' })]`,
      ).replace('shell', 'yamlFile'),
      'playbooks/text.hbs': '{{#if yes}}text{{/if}}\n',
      '.config/run-playbook/identity.txt': `${await generateX25519Identity()}\n`,
    })
  })
  after(() => own.remove())

  /** How many files of each package a command loads, without its own. */
  const loadedBy = async (args: readonly string[]): Promise<Map<string, number>> => {
    const folder = mkdtempSync(join(tmpdir(), 'run-playbook-loaded-'))
    try {
      const { code, stderr } = await runCli(own, args, { env: { NODE_V8_COVERAGE: folder, NO_COLOR: '1' } })
      assert.equal(code, 0, stderr)
      const urls = readdirSync(folder).flatMap((name) => {
        const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Coverage
        return result.map(({ url }) => url)
      })
      const names = urls.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? [])
      const others = names.filter((name) => name !== 'run-playbook')
      return new Map(others.map((name) => [name, others.filter((one) => one === name).length]))
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

  const COMPILING = ['commander', 'jiti', 'p-limit', 'yocto-queue']
  const COMMANDS: Readonly<Record<string, readonly string[]>> = {
    '--help': [],
    '--version': [],
    'small --help': COMPILING,
    'small --list-tasks': COMPILING,
    'small --check': ['ci-info', ...COMPILING],
    small: ['ci-info', ...COMPILING],
  }
  for (const [line, packages] of Object.entries(COMMANDS))
    it(`is for run-playbook ${line} of these packages only: ${packages.join(', ')}`, async () =>
      assert.deepEqual([...(await loadedBy(line.split(' '))).keys()].toSorted(), packages))

  for (const [name, library] of Object.entries({ json: 'jsonc-parser', yaml: 'yaml' }))
    it(`is ${library} where a file of it is edited, and not before`, async () => {
      assert.equal((await loadedBy([name, '--list-tasks'])).has(library), false)
      assert.equal((await loadedBy([name])).has(library), true)
    })

  it('is of Handlebars one file, where there is a template', async () => {
    const loaded = await loadedBy(['templated', '--list-tasks'])
    assert.deepEqual([...loaded.keys()].toSorted(), [
      'commander',
      'handlebars',
      'jiti',
      'p-limit',
      'yocto-queue',
    ])
    assert.equal(loaded.get('handlebars'), 1)
  })
})
