import assert from 'node:assert/strict'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { ShellStep } from '../../../../lib/core/module.ts'
import { pgbackrest } from '../../../../lib/pgbackrest/modules/index.ts'
import { SHELLS, run, useTemp } from '../../modules/driver.ts'
import { stateOf } from './fixtures.ts'

const TIMELINE = 'ERROR: [058]: WAL timeline 2 does not match pg_control timeline 1'

describe('the script of a backup', () => {
  const folder = useTemp()
  const program = (name: string, script: string): void => {
    const path = join(folder(), name)
    writeFileSync(path, `#!/bin/sh\necho "${name} $*" >> ${folder()}/calls\n${script}\n`)
    chmodSync(path, 0o755)
  }
  const task = pgbackrest.backup('it', { user: userInfo().username, now: 'incr' })
  const [step] = task.module.apply(task.args, stateOf('2.45', 'full')) as readonly [ShellStep]
  const taken = (shell: readonly string[], one = step) =>
    run(shell, { script: `PATH=${folder()}:$PATH\nexport PATH\n${one.script}` })
  const calls = (): string => readFileSync(join(folder(), 'calls'), 'utf8')

  for (const [name, shell] of Object.entries(SHELLS)) {
    it(`copies a standby's own files, with ${name}`, async () => {
      program('psql', 'echo t')
      program('pgbackrest', '')
      assert.equal((await taken(shell)).code, 0)
      assert.match(calls(), /^pgbackrest --stanza=main backup --backup-standby=y --type=incr/m)
    })

    it(`has a checkpoint made after a promotion, and tries again, with ${name}`, async () => {
      program('psql', `case $* in *CHECKPOINT*) touch ${folder()}/done ;; *) echo f ;; esac`)
      program('pgbackrest', `[ -e ${folder()}/done ] || { echo '${TIMELINE}'; exit 58; }`)
      assert.equal((await taken(shell)).code, 0)
      assert.equal(calls().match(/pgbackrest --stanza=main backup --type=incr/g)?.length, 2)
    })

    it(`leaves it to a program that does more, and waits for its turn, with ${name}`, async () => {
      program('psql', 'echo t')
      program('pgbackrest', 'echo "[]"')
      program(
        'own',
        `[ -e ${folder()}/done ] || { touch ${folder()}/done; exit 50; }; echo $BACKUP_PATIENCE >> ${folder()}/calls`,
      )
      program('sleep', '')
      const own = pgbackrest.backup('it', { user: userInfo().username, now: 'incr', program: 'own' })
      const [one] = own.module.apply(own.args, stateOf('2.45', 'full')) as readonly [ShellStep]
      assert.equal((await taken(shell, one)).code, 0)
      // A busybox that prefers its own applets takes its own sleep: then only the looks in between are seen.
      assert.match(calls(), /^own --type=incr\n(sleep|pgbackrest) [^]*own --type=incr\n0\n$/)
      assert.doesNotMatch(calls(), /pgbackrest --stanza=main backup/)
    })

    it(`fails with pgBackRest's own words, with ${name}`, async () => {
      program('psql', 'exit 2')
      program('pgbackrest', "echo 'ERROR: [056]: unable to find primary'; echo 'HINT: is it up?'; exit 56")
      const { code, stderr } = await taken(shell)
      assert.equal(code, 1)
      assert.match(stderr.toString(), /\npgBackRest: unable to find primary \(error 56\)\. is it up\?\n$/)
    })
  }
}).timeout(30_000)
