import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync } from 'node:fs'

const FOLDER = 'RUN_PLAYBOOK_BENCH_FOLDER'

/** Where the files of the bench are. Undefined outside of its namespaces. */
export const insideFolder = (): string | undefined => process.env[FOLDER]

/**
 * Runs this program again in namespaces of its own: its delay is that of no other program, the hosts can have mounts, and
 * every process that a tool leaves behind ends with it. Then removes its files.
 *
 * @returns its exit status
 * @throws Error without root. In a namespace of users, root's directories are nobody's, and run-playbook writes to none that
 * somebody else could replace.
 */
export async function runInside(): Promise<number> {
  if (process.getuid?.() !== 0)
    throw new Error(
      'the bench needs root on Linux: it starts SSH servers with mounts and a network of their own',
    )
  // Not in /tmp, because each host has a /tmp of its own.
  const folder = mkdtempSync('/var/tmp/rp-bench.')
  chmodSync(folder, 0o755)
  const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
  // The shell stays, because the first process has to take care of those whose parents are gone.
  const begin = 'ip link set lo up && "$@"; exit $?'
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  const child = spawn('unshare', [...namespaces, 'sh', '-c', begin, 'sh', ...again], {
    stdio: 'inherit',
    env: { ...process.env, [FOLDER]: folder },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => child.kill('SIGKILL'))
  const [code] = (await once(child, 'exit')) as [number | null]
  // By itself, because whoever interrupts this program may not wait until all is removed.
  spawn('rm', ['-rf', folder], { detached: true, stdio: 'ignore' }).unref()
  return code ?? 1
}
