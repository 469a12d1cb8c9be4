import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestShell } from '../../lib/testing/shells.ts'
import { runStep } from '../../lib/testing/shells.ts'

/** A real systemd, process 1 of its own namespaces, with few units and an empty /etc/systemd/system. */
export interface Systemd {
  /** What goes before a command that is to run in them. */
  readonly enter: TestShell
  stop(): Promise<void>
}

const HIERARCHY = existsSync('/sys/fs/cgroup/systemd') ? '/sys/fs/cgroup/systemd' : '/sys/fs/cgroup'
const MOUNT = HIERARCHY.endsWith('systemd')
  ? `mount -t tmpfs none /sys/fs/cgroup && mkdir ${HIERARCHY} && mount -t cgroup -o none,name=systemd none ${HIERARCHY}`
  : 'mount -t cgroup2 none /sys/fs/cgroup'

/** What units want by default, without what an operating system has in them. */
const TARGETS = ['only', 'basic', 'sysinit', 'shutdown', 'timers', 'sockets', 'paths', 'multi-user']

/**
 * Starts one, as root.
 *
 * @param prepare POSIX sh that is run in the namespaces before
 */
export async function startSystemd(prepare = ':'): Promise<Systemd> {
  const dir = mkdtempSync(join(tmpdir(), 'rp-systemd.'))
  const group = join(HIERARCHY, `rp-systemd-${process.pid}`)
  mkdirSync(group)
  const log = join(dir, 'log')
  const start = `set -e
mount -t tmpfs none /run && mount -t tmpfs none /etc/systemd/system
mkdir -p /run/lock /run/units
for name in ${TARGETS.join(' ')}; do printf '[Unit]\\nDefaultDependencies=no\\n' >/run/units/$name.target; done
${MOUNT}
${prepare}
export container=lxc SYSTEMD_UNIT_PATH=/run/units:/etc/systemd/system:/run/systemd/system
exec /lib/systemd/systemd --system --unit=only.target --log-target=console --show-status=no`
  writeFileSync(join(dir, 'start'), start)
  const kinds = ['--pid', '--mount', '--uts', '--ipc', '--net', '--cgroup']
  const inside = `echo $$ >'${group}/cgroup.procs' && exec unshare ${kinds.join(' ')} --fork --mount-proc --kill-child --propagation private sh '${dir}/start' >'${log}' 2>&1`
  const child = spawn('sh', ['-c', inside], { stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
    await removeGroup(group)
    rmSync(dir, { recursive: true })
  }
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(50)) {
    const first = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim()
    if (first === '') continue
    const enter = ['nsenter', '-t', first, ...kinds, '--root', '--']
    const { stdout } = await runStep([...enter, 'sh'], { script: 'systemctl is-system-running' })
    if (stdout.toString() === 'running\n') return { enter, stop }
  }
  const said = readFileSync(log, 'utf8')
  await stop()
  throw new Error(`systemd did not start: ${said}`)
}

/** Groups are gone once the kernel is done with the processes that were in them. */
async function removeGroup(group: string): Promise<void> {
  for (const deadline = Date.now() + 30_000; ; await sleep(50)) {
    const { code, stderr } = await runStep(['sh'], {
      script: `find '${group}' -depth -type d -exec rmdir {} +`,
    })
    if (code === 0) return
    if (Date.now() > deadline) throw new Error(stderr.toString())
  }
}
