import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { ShellStep } from '../../../../lib/core/module.ts'
import { pgbackrest } from '../../../../lib/pgbackrest/modules/index.ts'
import { SHELLS, run, useTemp } from '../../modules/driver.ts'
import { VERSIONS, recorded } from './fixtures.ts'

describe('pgbackrest.verify', () => {
  const folder = useTemp()
  const task = pgbackrest.verify('it', { user: userInfo().username, timeout: '1m' })
  const [step] = task.module.apply(task.args, undefined) as readonly [ShellStep]

  /** What the step makes of what pgBackRest printed, ending with `code`. */
  const judged = async (shell: readonly string[], printed: string, code = 0) => {
    writeFileSync(join(folder(), 'printed'), printed)
    const program = join(folder(), 'pgbackrest')
    writeFileSync(program, `#!/bin/sh\ncat ${folder()}/printed\nexit ${code}\n`)
    chmodSync(program, 0o755)
    return run(shell, { script: `PATH=${folder()}:$PATH\nexport PATH\n${step.script}` })
  }

  for (const [name, shell] of Object.entries(SHELLS)) {
    for (const version of VERSIONS) {
      it(`fails naming the damaged files that ${version} found, though it ended with 0, with ${name}`, async () => {
        const { code, stderr } = await judged(shell, recorded(version, 'verify-bad.txt'))
        assert.equal(code, 1)
        assert.match(
          stderr.toString().trimEnd().split('\n').at(-1) ?? '',
          /^damaged or missing in the repository: 1\d-1\/0000000100000000\/\w+-\w+\.gz, \d{8}-\d{6}F\/pg_data\/base\/5\/16387\.\w+$/,
        )
        assert.equal((await judged(shell, recorded(version, 'verify-ok.txt'))).code, 0)
      })
    }

    it(`names a missing file once, and pgBackRest's own failure, with ${name}`, async () => {
      const missing = "P01   INFO: file missing '20261124-025900F/bundle/2'\n".repeat(32)
      const { stderr } = await judged(shell, missing)
      assert.equal(
        stderr.toString().trim(),
        'damaged or missing in the repository: 20261124-025900F/bundle/2',
      )
      const broken = await judged(shell, 'P00  ERROR: [029]: zlib threw error: [-3] data error\n', 29)
      assert.equal(broken.code, 1)
      assert.match(
        broken.stderr.toString(),
        /\npgBackRest: zlib threw error: \[-3\] data error \(error 29\)\.\n$/,
      )
      const hung = await judged(shell, '', 124)
      assert.match(hung.stderr.toString(), /did not end within 60 seconds/)
    })
  }
})
