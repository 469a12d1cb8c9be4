import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { COMPILERS, type Consumer, type Packed, consumer, pack } from './support/consumer.ts'

describe('run-playbook init', function () {
  let packed: Packed
  let project: Consumer
  const own = ['-e', `folder=${join('/tmp', `hello-${process.pid}`)}`]
  before(async () => {
    packed = pack()
    project = consumer(packed, {
      '@types/node': '@types/node',
      'undici-types': 'undici-types',
      tsx: 'tsx',
      typescript: 'typescript',
    })
    rmSync(join(project.folder, 'package.json'))
    const { code, text } = await project.run('run-playbook', 'init')
    assert.equal(code, 0, text)
    assert.match(text, /npx run-playbook hello --check/)
  })
  after(() => {
    project.remove()
    packed.remove()
    rmSync(`/tmp/hello-${process.pid}`, { recursive: true, force: true })
  })

  it('makes a package.json with the name of the folder and this version', () => {
    const made = JSON.parse(readFileSync(join(project.folder, 'package.json'), 'utf8')) as Record<
      string,
      unknown
    >
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    assert.match(String(made['name']), /^run-playbook-consumer-/)
    assert.deepEqual(made['dependencies'], { 'run-playbook': `^${version}` })
    const ignored = readFileSync(join(project.folder, '.gitignore'), 'utf8').split('\n')
    for (const name of ['node_modules/', 'report.xml', 'report.jsonl'])
      assert.ok(ignored.includes(name), name)
    assert.ok(existsSync(join(project.folder, '.github/workflows/ci.yml')))
  })

  for (const [version, compiler] of Object.entries(COMPILERS))
    it(`makes what TypeScript ${version} compiles`, async () => {
      const { code, text } = await project.run(process.execPath, compiler, '-p', '.')
      assert.equal(code, 0, text)
    })

  it('makes what lint has no objection to', async () => {
    const { code, text } = await project.run('run-playbook', 'lint', '--no-types')
    assert.equal(code, 0, text)
  })

  it('makes a test that passes', async () => {
    const { code, text } = await project.run('npm', 'test')
    assert.equal(code, 0, text)
    assert.match(text, /pass [234]/)
  })

  it('makes a playbook that foretells, changes, and then has nothing to do', async () => {
    const dry = await project.run('run-playbook', 'hello', '--check', '--detailed-exitcode', ...own)
    assert.equal(dry.code, 3, dry.text)
    const first = await project.run('run-playbook', 'hello', ...own)
    assert.equal(first.code, 0, first.text)
    assert.match(first.text, /3 changed/)
    const second = await project.run('run-playbook', 'hello', ...own)
    assert.match(second.text, /0 changed/)
  })

  it('overwrites nothing, and says what is there', async () => {
    const { code, text } = await project.run('run-playbook', 'init')
    assert.equal(code, 1)
    assert.match(text, /already has .*inventory\.ts.*nothing was written/)
  })

  it('keeps a package.json, and says what it lacks', async () => {
    const other = consumer(packed)
    other.write('package.json', '{"name":"mine","dependencies":{"run-playbook":"*"}}')
    const { code, text } = await other.run('run-playbook', 'init')
    assert.equal(code, 0, text)
    assert.match(text, /^ {2}npm pkg set type=module 'scripts.check=[^']+' 'scripts.test=[^']+'$/m)
    assert.match(text, /^ {2}npm install --save-dev @types\/node tsx typescript$/m)
    assert.equal(
      (JSON.parse(readFileSync(join(other.folder, 'package.json'), 'utf8')) as { name: string }).name,
      'mine',
    )
    other.remove()
  })

  it('says the commands of pnpm where pnpm installed the package', async () => {
    const other = consumer(packed)
    other.write('pnpm-lock.yaml', '')
    other.write('package.json', '{"name":"mine","type":"commonjs","dependencies":{"run-playbook":"*"}}')
    const { text } = await other.run('run-playbook', 'init')
    assert.match(text, /^ {2}pnpm add --save-dev @types\/node tsx typescript$/m)
    assert.match(text, /^ {2}pnpm exec run-playbook hello --check$/m)
    assert.match(text, /^ {2}pnpm pkg set type=module /m)
    assert.doesNotMatch(text, /npx|\bnpm /)
    const written = ['README.md', '.github/workflows/ci.yml', 'pnpm-workspace.yaml'].map((name) =>
      readFileSync(join(other.folder, name), 'utf8'),
    )
    assert.doesNotMatch(written.join('\n'), /npx|\bnpm /)
    assert.match(written[1] ?? '', /pnpm\/action-setup@v4\n {8}with:\n {10}version: latest\n/)
    assert.match(written[2] ?? '', /^ {2}ssh2: false$/m)
    other.remove()
  })

  it('names the version of pnpm that made the project in its CI file, unless package.json does', async () => {
    const made = async (manifest: object): Promise<readonly [string, boolean]> => {
      const other = consumer(packed)
      other.write('package.json', JSON.stringify({ name: 'mine', ...manifest }))
      const bin = join(other.folder, 'node_modules/run-playbook/bin/run-playbook.js')
      await other.run(
        'env',
        'npm_config_user_agent=pnpm/9.15.0 npm/? node/v22.23.0',
        process.execPath,
        bin,
        'init',
      )
      const workflow = readFileSync(join(other.folder, '.github/workflows/ci.yml'), 'utf8')
      const found = [workflow, existsSync(join(other.folder, 'pnpm-workspace.yaml'))] as const
      other.remove()
      return found
    }
    const [nine, allows] = await made({})
    assert.match(nine, /pnpm\/action-setup@v4\n {8}with:\n {10}version: 9\n/)
    assert.equal(allows, false)
    const [fixed] = await made({ packageManager: 'pnpm@12.21.0' })
    assert.match(fixed, /pnpm\/action-setup@v4\n {6}- uses: actions\/setup-node/)
  })

  it('makes what runs beside the package.json of npm init, before anything is added to it', async () => {
    const other = consumer(packed)
    other.write('package.json', '{"name":"mine","type":"commonjs","dependencies":{"run-playbook":"*"}}')
    await other.run('run-playbook', 'init')
    const { code, text } = await other.run('run-playbook', 'hello', '-e', `folder=${other.folder}/hello`)
    assert.equal(code, 0, text)
    assert.match(text, /3 changed/)
    assert.equal(readFileSync(join(other.folder, 'hello/greeting'), 'utf8'), 'Hello, here!\n')
    other.remove()
  })

  it('runs each playbook that ships from the installed package', async () => {
    const { code, text } = await project.run('run-playbook', '--help')
    assert.equal(code, 0)
    assert.match(text, /site/)
    project.write('other/inventory.ts', readFileSync('inventory.ts', 'utf8'))
    const file = join(project.folder, 'other/inventory.ts')
    const list = await project.run('run-playbook', 'site', '--list-tasks', '-i', file)
    assert.equal(list.code, 0, list.text)
    assert.match(list.text, /postgres/)
  })
})
