import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const FOLDER = 'RUN_PLAYBOOK_BENCH_FOLDER'

/** Where the files of the bench are. Undefined outside of its namespaces. */
export const insideFolder = (): string | undefined => process.env[FOLDER]

/**
 * Runs this program again in namespaces of its own: its delay is that of no other program, the hosts can have mounts, and
 * every process that a tool leaves behind ends with it. Then removes its files.
 *
 * @returns its exit status
 */
export async function runInside(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'rp-bench.'))
  chmodSync(folder, 0o755)
  // Without root the namespaces belong to a namespace of users, in which one may mount and set up the network.
  const asUser = process.getuid?.() === 0 ? [] : ['--user', '--map-current-user', '--keep-caps']
  const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
  // The shell stays, because the first process has to take care of those whose parents are gone.
  const begin = 'ip link set lo up && "$@"; exit $?'
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  const child = spawn('unshare', [...asUser, ...namespaces, 'sh', '-c', begin, 'sh', ...again], {
    stdio: 'inherit',
    env: { ...process.env, [FOLDER]: folder },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => child.kill('SIGKILL'))
  const [code] = (await once(child, 'exit')) as [number | null]
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 })
  return code ?? 1
}
