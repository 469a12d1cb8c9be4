import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type NpmArgs, npm } from '../../../../lib/modules/index.ts'
import type { TestShell } from '../../../../lib/testing/shells.ts'
import { converge, itAsRoot, observe, run, useTemp } from '../driver.ts'
import { type Registry, startRegistry } from './npm-registry.ts'

const which = (name: string): string => execFileSync('which', [name], { encoding: 'utf8' }).trim()

describe('packages of npm', function () {
  this.timeout(600_000)
  const temp = useTemp()
  let registry: Registry
  let app: string
  let tools: string
  let host: TestShell

  before(async () => {
    registry = await startRegistry()
    registry.publish('leaf', '1.0.0')
    registry.publish('leaf', '1.1.0')
    registry.publish('leaf', '2.0.0')
    registry.publish('tree', '1.0.0', { dependencies: { leaf: '^1.0.0' }, bin: { tree: 'index.js' } })
    registry.publish('tree', '1.2.0', { dependencies: { leaf: '^1.0.0' }, bin: { tree: 'index.js' } })
    registry.publish('@scope/tool', '0.1.0', { scripts: { postinstall: 'touch ran' } })
    registry.publish('elsewhere', '1.0.0', { os: ['win32'] })
  })
  after(() => registry.close())
  beforeEach(() => {
    app = join(temp(), 'app')
    mkdirSync(app)
    tools = join(temp(), 'tools')
    mkdirSync(tools)
    execFileSync('busybox', ['--install', '-s', tools])
    for (const name of ['node', 'npm']) symlinkSync(which(name), join(tools, name))
    host = hostOf(['/bin/dash'])
  })
  const hostOf = (shell: TestShell, path = process.env['PATH'] ?? ''): TestShell => [
    'env',
    '-i',
    `HOME=${temp()}`,
    `PATH=${path}`,
    `NPM_CONFIG_PREFIX=${join(temp(), 'global')}`,
    ...shell,
  ]
  const task = (args: Partial<NpmArgs> = {}) =>
    npm('it', { ...(args.global ? {} : { path: app }), registry: registry.url, ...args })
  const manifest = (fields: object): void =>
    writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', version: '1.0.0', ...fields }))
  const has = (name: string, folder = app): string | undefined => {
    const file = join(folder, 'node_modules', name, 'package.json')
    return existsSync(file)
      ? (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
      : undefined
  }
  /** Runs it, and once more. */
  const twice = async (args: Partial<NpmArgs> = {}, shell = host) => {
    const done = await converge(task(args), shell)
    assert.deepEqual([done.left, done.wrong], [[], []])
    return done.changes
  }
  const lock = () =>
    JSON.parse(readFileSync(join(app, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string }>
    }

  const shells: Readonly<Record<string, () => TestShell>> = {
    dash: () => host,
    bash: () => hostOf(['bash', '--posix']),
    busybox: () => hostOf([join(tools, 'sh')], tools),
  }
  for (const [name, shell] of Object.entries(shells))
    it(`installs what package.json asks for under ${name}`, async () => {
      manifest({ dependencies: { tree: '^1.0.0' }, optionalDependencies: { elsewhere: '*' } })
      assert.deepEqual(await twice({}, shell()), [{ what: 'tree', from: 'absent', to: '^1.0.0' }])
      assert.deepEqual([has('tree'), has('leaf'), has('elsewhere')], ['1.2.0', '1.1.0', undefined])
      assert.equal(existsSync(join(app, 'node_modules/.bin/tree')), true)
      rmSync(join(app, 'node_modules/leaf'), { recursive: true })
      assert.deepEqual(await twice({}, shell()), [{ what: 'leaf', from: 'absent', to: '1.1.0' }])
    })

  it('brings what package-lock.json says, also where package.json allows what is there', async () => {
    manifest({ dependencies: { leaf: '^1.0.0' } })
    await twice()
    const before = lock()
    await converge(task({ name: 'leaf', version: '1.0.0' }), host)
    manifest({ dependencies: { leaf: '^1.0.0' } })
    writeFileSync(join(app, 'package-lock.json'), JSON.stringify(before))
    for (const ci of [false, true]) {
      assert.deepEqual(await twice({ ci }), [{ what: 'leaf', from: '1.0.0', to: '1.1.0' }])
      rmSync(join(app, 'node_modules'), { recursive: true })
      assert.deepEqual(await twice({ ci }), [{ what: 'leaf', from: 'absent', to: '1.1.0' }])
      if (!ci) await converge(task({ name: 'leaf', version: '1.0.0' }), host)
      writeFileSync(join(app, 'package-lock.json'), JSON.stringify(before))
    }
  })

  it('removes what package.json does not ask for', async () => {
    manifest({ dependencies: { leaf: '1.0.0' } })
    await twice()
    mkdirSync(join(app, 'node_modules/mine'))
    writeFileSync(join(app, 'node_modules/mine/package.json'), '{"name":"mine","version":"3.0.0"}')
    assert.deepEqual(await twice({ ci: true }), [{ what: 'mine', from: '3.0.0', to: 'absent' }])
  })

  it('leaves out devDependencies and optionalDependencies', async () => {
    manifest({
      dependencies: { leaf: '1.0.0' },
      devDependencies: { tree: '1.0.0' },
      optionalDependencies: { '@scope/tool': '*' },
    })
    await twice()
    assert.deepEqual([has('tree'), has('@scope/tool')], ['1.0.0', '0.1.0'])
    assert.deepEqual(await twice({ production: true, noOptional: true }), [
      { what: '@scope/tool', from: '0.1.0', to: 'absent' },
      { what: 'tree', from: '1.0.0', to: 'absent' },
    ])
    assert.deepEqual([has('leaf'), has('tree'), has('@scope/tool')], ['1.0.0', undefined, undefined])
    assert.deepEqual(await twice({ production: true, noOptional: true, ci: true }), [])
  })

  it('updates to the newest that package.json allows', async () => {
    manifest({ dependencies: { leaf: '1.0.0', tree: '1.0.0' } })
    await twice()
    manifest({ dependencies: { leaf: '^1.0.0', tree: '1.0.0' } })
    assert.deepEqual(await twice(), [])
    assert.deepEqual(await twice({ state: 'latest' }), [{ what: 'leaf', from: '1.0.0', to: '1.1.0' }])
    assert.equal(has('leaf'), '1.1.0')
  })

  it('installs one package, in a version', async () => {
    assert.deepEqual(await twice({ name: 'leaf', version: '1.0.0' }), [
      { what: 'leaf', from: 'absent', to: '1.0.0' },
    ])
    assert.deepEqual(await twice({ name: 'leaf' }), [])
    assert.deepEqual(await twice({ name: 'leaf', version: '1.1.0' }), [
      { what: 'leaf', from: '1.0.0', to: '1.1.0' },
    ])
    assert.deepEqual(await twice({ name: 'leaf', state: 'latest' }), [
      { what: 'leaf', from: '1.1.0', to: '2.0.0' },
    ])
    assert.deepEqual(await twice({ name: 'leaf', state: 'absent' }), [
      { what: 'leaf', from: '2.0.0', to: 'absent' },
    ])
    assert.equal(has('leaf'), undefined)
    assert.deepEqual(await twice({ name: 'leaf', state: 'absent' }), [])
  })

  it('adds a package to package.json that another one brought', async () => {
    manifest({ dependencies: { tree: '1.0.0' } })
    await twice()
    assert.deepEqual(await twice({ name: 'leaf', state: 'absent' }), [])
    assert.deepEqual(await twice({ name: 'leaf', version: '1.0.0' }), [
      { what: 'leaf', from: 'absent', to: '1.0.0' },
    ])
    assert.match(readFileSync(join(app, 'package.json'), 'utf8'), /"leaf": ?"\^1\.0\.0"/)
  })

  it('installs a package for all users', async () => {
    const global = { global: true, name: 'tree' }
    assert.deepEqual(await twice({ ...global, version: '1.0.0' }), [
      { what: 'tree', from: 'absent', to: '1.0.0' },
    ])
    assert.equal(has('tree', join(temp(), 'global/lib')), '1.0.0')
    assert.deepEqual(await twice({ ...global, state: 'latest' }), [
      { what: 'tree', from: '1.0.0', to: '1.2.0' },
    ])
    assert.deepEqual(await twice({ ...global, state: 'absent' }), [
      { what: 'tree', from: '1.2.0', to: 'absent' },
    ])
  })

  it('runs no scripts where it is not to', async () => {
    const ran = join(app, 'node_modules/@scope/tool/ran')
    await twice({ name: '@scope/tool', ignoreScripts: true })
    assert.equal(existsSync(ran), false)
    await twice({ name: '@scope/tool', state: 'absent' })
    await twice({ name: '@scope/tool' })
    assert.equal(existsSync(ran), true)
  })

  it('asks the registry for nothing where all is there, and writes nothing in a dry run', async () => {
    await twice({ name: 'leaf', version: '1.0.0' })
    rmSync(join(temp(), '.npm'), { recursive: true })
    registry.asked.length = 0
    for (const args of [{ name: 'leaf', version: '1.0.0' }, {}, { ci: true }]) {
      const one = task(args)
      await observe(host, one.module.probe(one.args))
    }
    assert.deepEqual(registry.asked, [])
    const one = task({ name: 'tree', state: 'latest' })
    await observe(host, one.module.probe(one.args))
    assert.deepEqual(registry.asked, ['/tree'])
    assert.equal(existsSync(join(temp(), '.npm')), false)
    assert.equal(has('tree'), undefined)
  })

  it('installs the version that the dry run said, also where there is a newer one by now', async () => {
    registry.publish('moves', '1.0.0')
    const one = task({ name: 'moves' })
    const state = await observe(host, one.module.probe(one.args))
    registry.publish('moves', '1.1.0')
    // Not at once: the registry is in this process.
    for (const step of one.module.apply(one.args, state))
      if ('script' in step) assert.equal((await run(host, step)).code, 0)
    assert.equal(has('moves'), '1.0.0')
  })

  it('takes the npm that is named, with its node', async () => {
    manifest({ dependencies: { leaf: '1.0.0' } })
    const few = join(temp(), 'few')
    mkdirSync(few)
    execFileSync('busybox', ['--install', '-s', few])
    const without = hostOf([join(few, 'sh')], few)
    await assert.rejects(twice({}, without), /E_NO_NPM|has no npm/)
    await twice({ executable: join(tools, 'npm') }, without)
    assert.equal(has('leaf'), '1.0.0')
  })

  const refused: Readonly<Record<string, readonly [Partial<NpmArgs>, RegExp, (() => void)?]>> = {
    'a package that the registry does not have': [{ name: 'nowhere' }, /the registry has no nowhere/],
    'a version that the registry does not have': [{ name: 'leaf', version: '7.0.0' }, /no leaf@7\.0\.0/],
    'a registry that does not answer': [
      { name: 'leaf', registry: 'http://127.0.0.1:9/' },
      /cannot ask the registry of npm: .*(ECONNREFUSED|127\.0\.0\.1:9)/,
    ],
    'a folder without package.json': [{}, /has no package\.json/],
    'ci without package-lock.json': [{ ci: true }, /has no package-lock\.json/, () => manifest({})],
    'a package.json that cannot be read': [
      {},
      /npm does not say what is installed: .*package\.json/,
      () => writeFileSync(join(app, 'package.json'), '{'),
    ],
    'a folder that is not there': [
      {},
      /the directory .*app does not exist/,
      () => rmSync(app, { recursive: true }),
    ],
    'a link': [
      {},
      /app is a link to/,
      () => {
        rmSync(app, { recursive: true })
        symlinkSync(temp(), app)
      },
    ],
  }
  for (const [what, [args, error, prepare]] of Object.entries(refused))
    it(`refuses ${what}, in the dry run too`, async () => {
      prepare?.()
      const one = task(args)
      const state = await observe(host, one.module.probe(one.args))
      assert.throws(() => one.module.plan(one.args, state), error)
    })

  itAsRoot('does not run npm in a folder of another user', async () => {
    manifest({})
    writeFileSync(join(app, '.npmrc'), 'node-options=--require ./evil.js\n')
    writeFileSync(
      join(app, 'evil.js'),
      `require('fs').writeFileSync(${JSON.stringify(join(temp(), 'evil'))}, '')`,
    )
    execFileSync('chown', ['65534', join(app, '.npmrc')])
    await assert.rejects(twice(), /belongs to another user: uid 65534/)
    assert.equal(existsSync(join(temp(), 'evil')), false)
  })
})
