import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** Where programs of ours begin a session with psql. */
function sessions(): { readonly where: string; readonly text: string }[] {
  return ['docker/postgres', 'lib', 'roles', 'playbooks'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .flatMap((one) => {
        const path = join(one.parentPath, one.name)
        const lines = readFileSync(path, 'utf8').split('\n')
        return lines.flatMap((line, i) =>
          /psql -X/.test(line)
            ? [{ where: `${path}:${i + 1}`, text: lines.slice(Math.max(0, i - 14), i + 3).join('\n') }]
            : [],
        )
      }),
  )
}

describe('every session with psql', () => {
  it('sets search_path, or runs commands in which no name is looked up', () => {
    const found = sessions()
    assert(found.length > 10, 'psql is found at all')
    const open = found.filter(
      ({ text }) => !/search_path|SEARCH_PATH|replication=true|-c CHECKPOINT/.test(text),
    )
    assert.deepEqual(
      open.map(({ where }) => where),
      [],
    )
  })
})
