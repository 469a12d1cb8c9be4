import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { type Playbook, defineInventory, runPlaybook } from 'run-playbook'
import { generatedPages } from '../../docs/generate/pages.ts'
import { LOCAL_INVENTORY, type Project, project, runCli } from '../support/cli.ts'
import { type Sample, playbookOf, samplesOf } from '../support/samples.ts'

const FOLDER = 'test/unit/.samples'
const TSX = ['--import', pathToFileURL(createRequire(resolve('package.json')).resolve('tsx')).href]
const pagesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`)
const PAGES = ['README.md', ...pagesIn('docs'), ...pagesIn('docs/modules')]
const run = promisify(execFile)
const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T

/** What package-lock.json says of a package. */
interface Locked {
  readonly dependencies?: Record<string, string>
  readonly optionalDependencies?: Record<string, string>
}

/** Paths that belong to a machine. Samples are run with these in a temporary folder. */
const PLACES = /(?<![\w.])\/(?:srv|etc|var|opt|run|tmp\/hello)(?=[/'"\s)]|$)/g

const named = (sample: Sample): string => sample.path ?? `playbooks/line-${sample.line}.ts`
const isModule = ({ text, path }: Sample): boolean => path !== undefined || /^import /m.test(text)
const sourceOf = (sample: Sample): string => (isModule(sample) ? sample.text : playbookOf(sample.text))
const isText = ({ language, path }: Sample): boolean => language === 'ts' || path !== undefined

const settle = (text: string): string =>
  text
    .replace(/\d+(\.\d+)? m?s\b/g, 'N s')
    .replace(/"durationMs":\d+/g, '"durationMs":N')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')

describe('the pages', () => {
  const pages = PAGES.map((page) => ({ page, samples: samplesOf(page) })).filter(({ samples }) =>
    samples.some(({ language }) => language === 'ts'),
  )

  it('have samples that compile', async function () {
    this.timeout(240_000)
    try {
      for (const { page, samples } of pages)
        for (const sample of samples.filter(({ language }) => language === 'ts'))
          write(join(FOLDER, basename(page, '.md')), named(sample), sourceOf(sample))
      const config = {
        extends: '../../../tsconfig.json',
        compilerOptions: { noUnusedLocals: false },
        include: ['**/*.ts'],
      }
      write(FOLDER, 'tsconfig.json', JSON.stringify(config))
      assert.equal(await compile(), '')
    } finally {
      rmSync(FOLDER, { recursive: true, force: true })
    }
  })

  for (const { page, samples } of pages) {
    describe(page, function () {
      const root = mkdtempSync(join(tmpdir(), 'run-playbook-docs-'))
      const inTemp = (text: string): string => text.replace(PLACES, (place) => root + place)
      const here = project({ 'inventory.ts': LOCAL_INVENTORY })
      before(() => {
        for (const place of ['srv', 'etc', 'var', 'opt', 'run', 'tmp/hello'])
          mkdirSync(join(root, place), { recursive: true })
        rmSync(join(root, 'tmp/hello'), { recursive: true })
      })
      after(() => {
        here.remove()
        rmSync(root, { recursive: true, force: true })
      })

      for (const sample of samples) {
        const { line, language } = sample
        if (isText(sample)) {
          const what = isModule(sample) ? `is loaded: ${named(sample)}` : 'is run'
          it(`line ${line} ${what}`, async () => {
            here.write(named(sample), inTemp(sourceOf(sample)))
            if (language !== 'ts' || sample.path?.startsWith('test/') === true) return
            if (isModule(sample)) await load(here, named(sample))
            else await play(here, named(sample))
          })
        }
        if (language === 'console')
          it(`line ${line} prints what it shows`, () => replay(here, sample, inTemp))
      }
    })
  }
})

describe('the second day', () => {
  const page = readFileSync('docs/second-day.md', 'utf8')

  it('tells of every alert', () => {
    const rules = readFileSync('docker/status/prometheus/run-playbook.rules.yml', 'utf8')
    const alerts = [...rules.matchAll(/alert: (\w+)/g)].map(([, name = '']) => name)
    assert.deepEqual(
      alerts.filter((name) => !page.includes(`\`${name}\``)),
      [],
    )
  })

  it('tells of every warning of the status', () => {
    const folders = ['lib/cluster/status/warnings', 'lib/cluster/report']
    const files = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    const codes = files.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/\b(?:critical|warning)\(\s*'([a-z-]+)'/g)].map(
        ([, code = '']) => code,
      ),
    )
    assert.ok(codes.length > 20)
    assert.deepEqual(
      codes.filter((code) => !page.includes(`\`${code}\``)),
      [],
    )
  })

  it('tells of every problem that the backup service reports', () => {
    const health = ['health', 'disks']
      .map((name) => readFileSync(`docker/postgres/lib/${name}.sh`, 'utf8'))
      .join()
    const codes = [...health.matchAll(/_problem ([a-z-]+) /g)].map(([, code = '']) => code)
    assert.ok(codes.length > 15)
    for (const text of [page, readFileSync('docker/postgres/README.md', 'utf8')])
      assert.deepEqual(
        codes.filter((code) => !text.includes(`\`${code}\``)),
        [],
      )
  })
})

describe('the threat model', () => {
  it('names tests that are there', () => {
    const page = readFileSync('docs/threat-model.md', 'utf8')
    const tests = [...page.matchAll(/`(test\/[^`]+)`/g)].map(([, path = '']) => path)
    assert.ok(tests.length > 20)
    for (const path of tests) assert.match(readFileSync(path, 'utf8'), /^ +it\(/m, path)
  })
})

describe('the page about dependencies', () => {
  it('names each package that is installed, and how many others it brings', () => {
    const { packages } = readJson<{ packages: Record<string, Locked | undefined> }>('package-lock.json')
    const below = (name: string, seen = new Set<string>()): Set<string> => {
      const { dependencies = {}, optionalDependencies = {} } = packages[`node_modules/${name}`] ?? {}
      for (const one of Object.keys({ ...dependencies, ...optionalDependencies }))
        if (!seen.has(one)) below(one, seen.add(one))
      return seen
    }
    const { dependencies } = readJson<{ dependencies: Record<string, string> }>('package.json')
    const [page = ''] = readFileSync('docs/dependencies.md', 'utf8').split('\n## ')
    assert.deepEqual(
      [...page.matchAll(/^\| `([^`]+)` *\| *(\d+) /gm)].map(([, name, count]) => `${name} ${count}`),
      Object.keys(dependencies).map((name) => `${name} ${below(name).size}`),
    )
  })
})

describe('the links of the pages', () => {
  const headings = (path: string): string[] =>
    [...readFileSync(path, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, text = '']) =>
      text
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    )

  for (const page of PAGES)
    it(`lead from ${page} to sections that are there`, () => {
      const links = readFileSync(page, 'utf8').matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)
      for (const [link, path = '', section = ''] of links) {
        const target = path === '' ? page : join(dirname(page), path)
        assert.ok(headings(target).includes(section), link)
      }
    })
})

describe('the generated pages', () => {
  it('show links of comments as code', () => {
    for (const path of PAGES) assert.doesNotMatch(readFileSync(path, 'utf8'), /\{@/, path)
  })

  it('are up to date: npm run docs writes them', async function () {
    const pages = await generatedPages()
    for (const [path, text] of Object.entries(pages)) assert.equal(readFileSync(path, 'utf8'), text, path)
    assert.deepEqual(
      pagesIn('docs/modules').filter((path) => !Object.hasOwn(pages, path)),
      [],
    )
  })
})

function write(folder: string, path: string, text: string): void {
  mkdirSync(join(folder, dirname(path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

const compile = (): Promise<string> =>
  run(process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit', '-p', FOLDER]).then(
    () => '',
    (error: { stdout: string }) => error.stdout,
  )

const load = async ({ folder }: Project, path: string): Promise<unknown> =>
  ((await import(pathToFileURL(join(folder, path)).href)) as { readonly default: unknown }).default

/** Dry run, then run: what the dry run calls ok is ok in the run. */
async function play(own: Project, path: string): Promise<void> {
  const playbook = (await load(own, path)) as Playbook
  const inventory = defineInventory({ hosts: { here: { connection: 'local' } } })
  for (const check of [true, false]) {
    const { recap, tasks } = await runPlaybook({
      playbook,
      inventory,
      check,
      stateDir: join(own.folder, 'state'),
    })
    const broken = tasks.filter(({ status, ignored, rescued }) => status === 'failed' && !ignored && !rescued)
    assert.equal(
      recap.exitCode,
      0,
      JSON.stringify(recap.error ?? broken.map(({ task, error }) => ({ task, error }))),
    )
  }
}

/** Runs the commands of a console block and compares what they print with what the block shows. */
async function replay(
  own: Project,
  { text, page, line }: Sample,
  inTemp: (text: string) => string,
): Promise<void> {
  let status = 0
  for (const part of text.split(/^\$ /m).slice(1)) {
    const [command = '', ...shown] = part.trimEnd().split('\n')
    if (command === 'echo $?') {
      assert.equal(String(status), shown[0])
      continue
    }
    const ended = await runCommand(own, inTemp(command))
    status = ended.code ?? 1
    compare(inTemp(shown.join('\n')), ended.stdout + ended.stderr, `${page}:${line}: ${command}`)
  }
}

async function runCommand(
  own: Project,
  command: string,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const words = command.match(/'[^']*'|\S+/g)?.map((word) => word.replace(/^'|'$/g, '')) ?? []
  if (words[0] === 'npx' && words[1] === 'run-playbook') return runCli(own, words.slice(2))
  if (words[0] === 'npx' && words[1] === 'tsx') {
    const env = { ...process.env, NODE_OPTIONS: '' }
    return run(process.execPath, [...TSX, ...words.slice(2)], { cwd: own.folder, env }).then(
      (printed) => ({ code: 0, ...printed }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    )
  }
  return run('sh', ['-c', command], { cwd: own.folder }).then(
    (printed) => ({ code: 0, ...printed }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  )
}

/** Every line that is shown comes in the output, in that order. Durations and hashes of runs may differ. */
function compare(shown: string, printed: string, where: string): void {
  const lines = settle(printed).split('\n')
  let next = 0
  for (const line of settle(shown)
    .split('\n')
    .filter((one) => one !== '' && one !== '…')) {
    const at = lines.indexOf(line, next)
    assert.ok(at >= 0, `${where}\nnot printed: ${line}\n\n${printed}`)
    next = at + 1
  }
}
