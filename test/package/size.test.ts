import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Packed, pack } from './support/consumer.ts'

const LARGEST = 10
/** Unpacked. Who makes it more says in docs/dependencies.md what for. */
const MOST_MB = 5

describe('the size of the package', function () {
  let packed: Packed
  let sizes: { readonly path: string; readonly bytes: number }[]
  before(() => {
    packed = pack()
    sizes = packed.files
      .map((path) => ({ path, bytes: statSync(join(packed.folder, path)).size }))
      .toSorted((a, b) => b.bytes - a.bytes)
  })
  after(() => packed.remove())

  it('has a reason for each of the largest files, with its kilobytes', () => {
    const page = readFileSync('docs/dependencies.md', 'utf8').split('## The size of the package')[1] ?? ''
    const rows = [...page.matchAll(/^\| `([^`]+)` \| ([\d, ]+) \| .{20,} \|$/gm)]
    const stated = rows.flatMap(([, path = '', list = '']) =>
      list.split(', ').map((size) => [path, Number(size)] as const),
    )
    const largest = sizes.slice(0, LARGEST).map(({ path, bytes }) => {
      const name = path.replace(/-[A-Z0-9]{8}\.js$/, '-*.js')
      const kilobytes = bytes / 1000
      // A fix here and there needs no new figure.
      const found = stated.some(([one, size]) => one === name && Math.abs(size - kilobytes) < kilobytes / 10)
      return found ? '' : `${name}: ${Math.round(kilobytes)} KB`
    })
    assert.deepEqual(
      largest.filter((one) => one !== ''),
      [],
    )
  })

  it(`is at most ${MOST_MB} MB`, () => {
    const all = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
    assert.ok(all < MOST_MB * 1e6, `${all} bytes`)
  })

  it('is in few files for a run: each takes most of a millisecond to load', () => {
    const loaded = new Set<string>()
    const load = (file: string): void => {
      if (loaded.has(file)) return
      loaded.add(file)
      for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/^(?:import |\} from )"(\.[^"]+)";$/gm))
        load(join(dirname(file), path))
    }
    const chunk = (name: string): string =>
      packed.files.find((path) => path.startsWith(`dist/chunks/${name}-`)) ?? assert.fail(`no ${name}`)
    const entries = ['run-commands', 'connect', 'attempt'].map(chunk)
    for (const file of ['dist/lib/cli/main.js', 'dist/lib/index.js', ...entries])
      load(join(packed.folder, file))
    assert.ok(loaded.size > entries.length + 2 && loaded.size <= 20, [...loaded].join(' '))
  })

  it('is not that of tests, benchmarks, the website or its sources', () => {
    const places = new Set(packed.files.map((path) => path.replace(/\/.*/, '')))
    assert.deepEqual([...places].toSorted(), [
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'bin',
      'dist',
      'docker',
      'docs',
      'package.json',
      'starter',
    ])
    assert.deepEqual(
      packed.files.filter(
        (path) =>
          path.startsWith('docs/') &&
          !/^docs\/(modules\/)?[\w.-]+\.md$|^docs\/images\/[\w-]+\.(png|svg)$/.test(path),
      ),
      [],
    )
  })
})
