import { docker, type Engine } from './engine.ts'
import { addressIn, networkOf } from './network.ts'
import { tryRun, until } from './run.ts'

export interface LabNode {
  /** node-a: its host name, and its name for ssh. */
  name: string
  /** lab-node-a: its name for Docker. */
  container: string
  /** In the lab's network, the same as long as the lab lives. */
  address: string
}

export function nodesOf(lab: string, subnet: string): LabNode[] {
  return ['node-a', 'node-b', 'node-c'].map((name, index) => nodeIn(lab, subnet, name, index))
}

/** The nth node of a lab, 0 is the first. */
export const nodeIn = (lab: string, subnet: string, name: string, index: number): LabNode => ({
  name,
  container: `${lab}-${name}`,
  address: addressIn(subnet, 11 + index),
})

// As little as systemd, Docker, WireGuard and PostgreSQL need. --privileged would be more, and is refused where
// this machine itself is a container with fewer capabilities.
const capabilities = [
  'SYS_ADMIN', 'NET_ADMIN', 'SYS_PTRACE', 'SYS_CHROOT', 'MKNOD', 'NET_RAW', 'DAC_READ_SEARCH', 'SYS_NICE',
  'IPC_LOCK', 'AUDIT_WRITE', 'AUDIT_CONTROL', 'SETFCAP', 'LINUX_IMMUTABLE', 'SYS_BOOT',
] // prettier-ignore

export async function createNode(engine: Engine, lab: string, node: LabNode, image: string): Promise<void> {
  const options = [
    ['--name', node.container, '--hostname', node.name, '--label', `run-playbook.lab=${lab}`],
    ['--network', networkOf(lab), '--ip', node.address, '--network-alias', node.name],
    // Where the engine is in a virtual machine, the way in is a port of the loopback interface.
    engine.reachable ? [] : ['--publish', '127.0.0.1::22'],
    // systemd ends with an error status to be rebooted, and with 0 to be switched off.
    ['--restart', 'on-failure'],
    capabilities.flatMap((name) => ['--cap-add', name]),
    ['seccomp', 'apparmor', 'systempaths'].flatMap((name) => ['--security-opt', `${name}=unconfined`]),
    ['--device', '/dev/net/tun', '--cgroupns', 'private'],
    ['--tmpfs', '/run:exec,mode=755', '--tmpfs', '/run/lock', '--tmpfs', '/tmp:exec,mode=1777'],
    // Anonymous, so that it goes with the node; a volume, because overlay does not stack on overlay.
    ['--volume', '/var/lib/docker'],
  ]
  await docker(engine, ['run', '--detach', ...options.flat(), image])
}

/** Makes a node that is there run, and says whether it was there. */
export async function startNode(engine: Engine, node: LabNode): Promise<boolean> {
  return (await tryRun(['docker', 'start', node.container], { env: engine.env })) !== undefined
}

export async function removeNode(engine: Engine, node: LabNode): Promise<void> {
  await docker(engine, ['rm', '--force', '--volumes', node.container])
}

export async function waitForNode(engine: Engine, node: LabNode): Promise<void> {
  let state = ''
  try {
    await until(node.name, 120_000, async () => {
      const question = 'systemctl is-system-running --wait || true'
      state = await docker(engine, ['exec', node.container, 'sh', '-c', question]).catch(() => 'not there')
      return state.trim() === 'running' || state.trim() === 'degraded' ? true : undefined
    })
  } finally {
    if (state.trim() !== 'running') await explain(engine, node, state.trim())
  }
}

async function explain(engine: Engine, node: LabNode, state: string): Promise<never> {
  const failed = ['exec', node.container, 'systemctl', '--failed', '--no-legend', '--plain']
  const units = await docker(engine, failed).catch(() => '')
  const log = await docker(engine, ['logs', '--tail', '5', node.container]).catch(() => '')
  throw new Error(`${node.name} is ${state || 'silent'} after its start\n${units}${log}`.trimEnd())
}
