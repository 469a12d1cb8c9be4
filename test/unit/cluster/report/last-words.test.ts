import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readAnswer } from '../../../../lib/cluster/report/answer.ts'
import { statusScript } from '../../../../lib/cluster/report/script.ts'
import { SHELLS, run, useTemp } from '../../modules/driver.ts'

const FATAL =
  '2026-11-24 03:46:20.768 UTC [29] FATAL:  hot standby is not possible because max_connections = 100 is a lower setting than on the primary server'
const CLIENT =
  '2026-11-24 03:46:21.000 UTC [31] app@app FATAL:  password authentication failed for user "app"'
// Without a database, or with a name that looks like the server's own words.
const OTHER_CLIENTS = [
  '2026-11-24 03:46:22.107 UTC [32] replicator@[unknown] FATAL:  the database system is not yet accepting connections',
  '2026-11-24 03:46:22.107 UTC [33] [1] FATAL:  gone@app FATAL:  role "[1] FATAL:  gone" does not exist',
]
const READY = '2026-11-24 03:46:22.000 UTC [1] LOG:  database system is ready to accept read-only connections'
const ENDED = '2026-11-24 03:46:22.000 UTC [1] LOG:  database system is shut down'

describe('the last words of a server', function () {
  this.timeout(60_000)
  const folder = useTemp()
  const said = async (shell: readonly string[], status: string, ...log: string[]) => {
    writeFileSync(join(folder(), 'log'), log.map((line) => `${line}\n`).join(''))
    writeFileSync(
      join(folder(), 'docker'),
      `#!/bin/sh
case "$*" in
  *inspect*) echo '/postgres {"Status":"${status}","ExitCode":1,"Error":""}' ;;
  logs*) cat ${folder()}/log >&2 ;;
  exec*) echo 'psql: error: connection refused'; exit 2 ;;
esac
`,
    )
    chmodSync(join(folder(), 'docker'), 0o755)
    const script = statusScript({ dataDir: '/nowhere', backupDir: '/nowhere' })
    const { stdout } = await run(shell, { script: `PATH=${folder()}:$PATH\n${script}` })
    return readAnswer(stdout.toString()).facts.get('fatal')
  }

  for (const [name, shell] of Object.entries(SHELLS)) {
    it(`are its own, not those to a client, and gone when it lets somebody in, with ${name}`, async () => {
      const words = FATAL.replace(/^.*FATAL: */, '')
      for (const status of ['restarting', 'exited', 'running'])
        assert.equal(await said(shell, status, READY, FATAL, ENDED, CLIENT), words)
      assert.equal(await said(shell, 'exited', FATAL, READY, CLIENT, ENDED), undefined)
      assert.equal(await said(shell, 'running', FATAL, READY, ...OTHER_CLIENTS), undefined)
      const given = 'entrypoint: /data/pgdata was created with musl, but this image has glibc'
      assert.equal(await said(shell, 'restarting', READY, given), given.replace('entrypoint: ', ''))
      assert.equal(
        await said(shell, 'running', 'entrypoint: starting as a replica on 10.88.0.12:5432'),
        undefined,
      )
    })
  }
})
