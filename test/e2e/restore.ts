import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Outcome, DIR, NODES, explain, onNode, psql, run, start } from './support.ts'

const execute = promisify(execFile)

/** What a restore is told so that it asks nothing. */
export const IN_PLACE = ['-e', 'in-place=yes', '-e', 'overwrite=yes'] as const

/** Rows in a table of its own, and the moment after them. */
export async function write(primary: string, table: string, rows: number): Promise<string> {
  await psql(primary, `CREATE TABLE IF NOT EXISTS ${table} (id int, words text)`)
  await psql(primary, `INSERT INTO ${table} SELECT n, md5(n::text) FROM generate_series(1, ${rows}) n`)
  const moment = await psql(
    primary,
    `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00' FROM pg_sleep(0.5)`,
  )
  // Repositories tell whole seconds.
  await psql(primary, 'SELECT pg_sleep(1.5)')
  return moment
}

/** Rows, and what they come to. */
export const sum = (node: string, table: string, container = 'postgres'): Promise<string> =>
  onNode(
    node,
    `docker exec -u postgres ${container} psql -XAt -c "SELECT count(*), md5(string_agg(t::text, ',' ORDER BY t::text)) FROM ${table} t"`,
  )

/** The commit that a moment needs behind it, in every repository. Gives back the segment that it is in. */
export async function archive(primary: string): Promise<string> {
  const segment = await psql(primary, 'SELECT pg_walfile_name(pg_current_wal_lsn()) FROM txid_current()')
  await psql(primary, 'SELECT pg_switch_wal()')
  const arrived = `for i in $(seq 240); do ls /data/backups/archive/main/*/*/${segment}-* >/dev/null 2>&1 && exit 0; sleep 0.5; done; exit 1`
  await Promise.all(NODES.map((node) => onNode(node, arrived)))
  return segment
}

export async function restore(...args: string[]): Promise<Outcome> {
  const outcome = await run('restore', ...args)
  assert.equal(outcome.code, 0, explain(outcome))
  return outcome
}

/** Starts a restore and pulls the plug of the machine that it runs on when `play` has begun, and a moment more. */
export async function killedRestore(play: RegExp, laterMs: number, ...args: string[]): Promise<void> {
  const { child, done } = start(['restore', ...args])
  let printed = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    if (play.test(printed)) return
    printed += chunk.toString()
    if (play.test(printed)) setTimeout(() => child.kill('SIGKILL'), laterMs)
  })
  const { code } = await done
  assert.equal(code, null, `it ended before it was killed: ${printed}`)
}

/** Every trace of a cluster but the image, which takes the longest to send. */
export async function wipe(nodes: readonly string[], but = 'nothing'): Promise<void> {
  const script = `docker rm -f $(docker ps -aq) >/dev/null 2>&1
    systemctl disable --now wg-quick@wg0 run-playbook-drill.timer >/dev/null 2>&1
    cd /data && for one in *; do [ "$one" = ${but} ] || rm -rf "$one"; done
    rm -rf /etc/run-playbook /etc/wireguard/* /etc/systemd/system/wg-quick@wg0.service.d /etc/systemd/system/run-playbook-* /var/lib/run-playbook; true`
  await Promise.all(nodes.map((node) => onNode(node, script)))
}

/** A folder of a node, kept on this machine: what somebody has who copied it in time. */
export async function takeAway(node: string, folder: string): Promise<(to: string) => Promise<void>> {
  const kept = mkdtempSync(join(tmpdir(), 'restore-'))
  const shell = (script: string) => execute('sh', ['-c', script])
  // The archive goes on meanwhile, of which tar complains with 1.
  await shell(`ssh -F ${DIR}/ssh_config ${node} tar -C ${folder} -c . > ${kept}/all.tar || [ $? -eq 1 ]`)
  // As root, and as everybody's: cp -r without -p.
  return async (to) => {
    await shell(
      `ssh -F ${DIR}/ssh_config ${to} 'mkdir -p ${folder} && tar -C ${folder} -x --no-same-owner && chmod -R go-rwx ${folder}' < ${kept}/all.tar`,
    )
    rmSync(kept, { recursive: true })
  }
}
