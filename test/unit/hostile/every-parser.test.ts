import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** These read what the operator writes or has, and what run-playbook has made itself: no other machine says it. */
const OF_THE_OPERATOR: readonly string[] = [
  'lib/cli/extra-vars.ts parseExtraVars',
  'lib/cli/extra-vars.ts parseFile',
  'lib/cli/extra-vars.ts parseOne',
  'lib/cli/secrets-edit.ts parse',
  'lib/cluster/restore/moment.ts parseTime',
  'lib/cluster/status/config.ts parseConfig',
  'lib/modules/docker/container/ports.ts parsePort',
  'lib/modules/docker/image/archive.ts parse',
  // Keys of questions.
  'lib/pgbackrest/modules/expire/reader.ts parseKey',
  'lib/pgbackrest/modules/restore/data-folder.ts parseKey',
  // Hands what a server says to the readers, which are fuzzed.
  'lib/postgres/ask-server.ts parse',
  'lib/postgres/modules/shared/readiness.ts parseQuestion',
  'lib/secrets/identity.ts parseKeys',
  'lib/secrets/vault.ts parse',
  'lib/templates/source.ts parse',
  'lib/testing/drive-task.ts parseRecorded',
  'lib/transport/ssh/options.ts parseConfig',
]

describe('every function that parses', function () {
  this.timeout(300_000)

  it('is fuzzed with what another machine says, or reads what is the operator’s', async () => {
    const program = join(import.meta.dirname, 'parsers-called.ts')
    const node = ['--conditions=source', '--import', 'tsx', program]
    const { stdout } = await promisify(execFile)(process.execPath, node)
    assert.deepEqual(JSON.parse(stdout), OF_THE_OPERATOR)
  })
})
