import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readlinkSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import { createTransport, local, ssh } from '../../lib/transport/index.ts'
import type { Transport } from '../../lib/transport/transport.ts'
import { type Sshd, startSshd } from './sshd.ts'

/** A machine that can be rebooted: a real sshd as process 1 of its own namespace, which a watchman starts again. */
export interface Machine {
  readonly sshd: Sshd
  /** `host-1` is this machine, all other hosts are local. */
  readonly transport: Transport
  /** How often it was started. */
  boots(): number
  /** From now on it stays down when it is rebooted. */
  breaks(): void
  /** Cuts all connections; what runs on it goes on. */
  cut(): void
  /** Takes the plug out: all its processes are killed, and it starts again after a while. */
  crash(): void
  /** Runs a script inside of it. */
  inside(script: string): string
  stop(): Promise<void>
}

/**
 * @param options.downMs how long it is down
 * @param options.shutdown what `shutdown` does on it. @default it comes back at once and makes the system call `reboot` a
 * second later, as systemd does. In a namespace the kernel ends that, and nothing else; so the id of the boot stays
 * that of the real machine, and what changes is the start of process 1, as in every container
 */
export async function startMachine(
  options: { readonly downMs?: number; readonly shutdown?: string } = {},
): Promise<Machine> {
  const { downMs = 1000 } = options
  const sshd = await startSshd()
  // The one in the namespace needs its port, and nobody is to reach this one any more.
  await sshd.quit()
  const outside = readlinkSync('/proc/self/ns/pid')
  // Never reboots the machine that the tests run on.
  const reboot = `[ "$(readlink /proc/self/ns/pid)" != '${outside}' ] && [ $(readlink /proc/1/ns/pid) = $(readlink /proc/self/ns/pid) ] && exec busybox reboot -f`
  const { shutdown = `(sleep 1; ${reboot}) >/dev/null 2>&1 </dev/null &` } = options
  const command = join(sshd.dir, 'shutdown')
  writeFileSync(command, `#!/bin/sh\n${shutdown}\n`, { mode: 0o755 })
  const start = `mount -t tmpfs none /usr/local/sbin && mount -t tmpfs none /run && mkdir /run/sshd &&
cp ${command} /usr/local/sbin/shutdown && cp ${command} /usr/local/sbin/reboot && exec /usr/sbin/sshd -D -f ${sshd.dir}/sshd_config`
  let boots = 0
  let broken = false
  let stopped = false
  let child: ChildProcess
  const boot = (): void => {
    boots++
    const args = ['--pid', '--fork', '--mount-proc', '--mount', '--kill-child', 'sh', '-c', start]
    child = spawn('unshare', args, { stdio: 'ignore' })
    child.on('exit', () => {
      if (stopped || broken) return
      setTimeout(() => !stopped && boot(), downMs)
    })
  }
  boot()
  const sshTransport = createTransport({ sshConfigFile: sshd.sshConfig('Host *\n  User root\n') })
  const localTransport = createTransport()
  const first = (): string =>
    execFileSync('pgrep', ['-P', String(child.pid)], { encoding: 'utf8' })
      .trim()
      .split('\n')[0] ?? ''
  const machine: Machine = {
    sshd,
    transport: {
      connect: (host, signal) =>
        host.name === 'host-1'
          ? sshTransport.connect({ ...host, connection: ssh() }, signal)
          : localTransport.connect({ ...host, connection: local() }, signal),
    },
    boots: () => boots,
    breaks: () => (broken = true),
    cut: () => {
      // An earlier connection may just be ending.
      const kill = `for p in $(pgrep -P ${first()}); do case $(cat /proc/$p/cmdline) in sshd:*) kill -9 $p ;; esac; done`
      execFileSync('bash', ['-c', `{ ${kill}; } 2>/dev/null; :`])
    },
    crash: () => process.kill(Number(first()), 'SIGKILL'),
    inside: (script) =>
      execFileSync('nsenter', ['-t', first(), '-m', '-r', '-p', 'sh', '-c', script], { encoding: 'utf8' }),
    stop: async () => {
      stopped = true
      child.kill('SIGKILL')
      await sshd.stop()
    },
  }
  for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
    const host = { name: 'host-1', address: '127.0.0.1' }
    const up = await machine.transport.connect(host, new AbortController().signal).catch(() => undefined)
    await up?.close()
    if (up !== undefined) return machine
    await sleep(50)
  }
  throw new Error('the machine does not start')
}
