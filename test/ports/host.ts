import { ensurePrograms } from '../../docker/lab/debian.ts'
import { docker, ensureEngine } from '../../docker/lab/engine.ts'
import { withMachineLock } from '../../docker/lab/lock.ts'
import { ensureNetwork } from '../../docker/lab/network.ts'
import { ensureNodeImage } from '../../docker/lab/node-image.ts'
import { createNode, nodeIn, waitForNode } from '../../docker/lab/nodes.ts'
import { ensureAccess, giveAccess, writeSshConfig } from '../../docker/lab/ssh.ts'
import { stopLab } from '../../docker/lab/stop.ts'

const NAME = 'port'
const DIR = '.lab-port'
const say = (text: string): void => console.log(`    ${text}`)

/** A bare Debian with systemd and sshd, in a container of its own. */
export interface PortHost {
  readonly sshConfig: string
  /** Runs a script as root, without SSH. */
  readonly sh: (script: string) => Promise<string>
}

export async function startHost(): Promise<PortHost> {
  await stopHost()
  return withMachineLock(async () => {
    const engine = await ensureEngine(say)
    await ensurePrograms(say, ['ssh', 'ssh-keygen'])
    const image = await ensureNodeImage(engine, say)
    const node = nodeIn(NAME, await ensureNetwork(engine, NAME), 'host', 0)
    await createNode(engine, NAME, node, image)
    await giveAccess(engine, node, await ensureAccess(DIR))
    await waitForNode(engine, node)
    return {
      sshConfig: await writeSshConfig(engine, DIR, [node]),
      sh: (script) => docker(engine, ['exec', node.container, 'sh', '-ec', script]),
    }
  })
}

/** Removes the container, its network and its keys. The image stays for the next time. */
export const stopHost = (): Promise<void> => stopLab({ dir: DIR, name: NAME, keepImages: true })
