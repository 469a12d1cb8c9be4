import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { modulePages } from '../../docs/generate/modules.ts'

const MODULES = `import { defineModule, known, z } from '${resolve('lib/index.ts')}'
const parts = { args: z.strictObject({}), probe: () => known(0), plan: () => ({ changes: [] }), apply: () => [] }
/** Does it. @dryRun Says so. */
export const said = defineModule({ name: 'said', ...parts })
/** Does it. */
export const silent = defineModule({ name: 'silent', ...parts })
/**
 * Does it.
 *
 * @dryRun
 *
 * @example
 * empty('it', {})
 */
export const empty = defineModule({ name: 'empty', ...parts })
/** Several. */
export const several: { /** @dryRun Not read. */ readonly silent: typeof silent } = { silent }
`

describe('the generator of the pages of modules', () => {
  const folder = mkdtempSync(join(tmpdir(), 'run-playbook-docs-'))
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('names each module whose comment does not say what a dry run tells', () => {
    const file = join(folder, 'modules.ts')
    writeFileSync(file, MODULES)
    assert.throws(
      () => modulePages([{ heading: 'own', file }]),
      /^Error: the comment of empty, several\.silent, silent has no @dryRun, .* Add it before @throws and @example/,
    )
  })
})
