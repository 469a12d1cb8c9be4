import { resolve } from 'node:path'
import { ensurePrograms } from './debian.ts'
import { docker, ensureEngine, type Engine } from './engine.ts'
import { withMachineLock } from './lock.ts'
import { ensureNetwork } from './network.ts'
import { ensureNodeImage } from './node-image.ts'
import { createNode, nodeIn, nodesOf, removeNode, startNode, waitForNode, type LabNode } from './nodes.ts'
import { ensurePostgresArchive } from './postgres-image.ts'
import type { RunOptions } from './run.ts'
import { ensureAccess, giveAccess, writeSshConfig, type Access } from './ssh.ts'
import { sayNothing, step, type Say } from './step.ts'

export interface LabOptions {
  /** Keys, ssh_config and the database image: everything of the lab that is not inside the engine. */
  dir: string
  /** Labs with different names live side by side. */
  name: string
  say?: Say
}

export interface Lab {
  name: string
  dir: string
  engine: Engine
  nodes: LabNode[]
  sshConfig: string
  /** Undefined where the nodes can pull or build the database image themselves. */
  postgresArchive: string | undefined
  nodeImage: string
  access: Access
}

/** Three bare nodes, whatever was there before: what runs is kept, what is missing is made. */
export function startLab({ dir: folder, name, say = sayNothing }: LabOptions): Promise<Lab> {
  return withMachineLock(async () => {
    const dir = resolve(folder)
    const engine = await ensureEngine(say)
    await ensurePrograms(say, ['ssh', 'ssh-keygen'])
    const nodeImage = await ensureNodeImage(engine, say)
    const access = await ensureAccess(dir)
    const nodes = nodesOf(name, await ensureNetwork(engine, name))
    const sshConfig = await step(say, `Starting ${nodes.map((node) => node.name).join(', ')}`, async () => {
      await Promise.all(
        nodes.map(async (node) => {
          if (!(await startNode(engine, node))) await createNode(engine, name, node, nodeImage)
          await ready(engine, node, access)
        }),
      )
      return writeSshConfig(engine, dir, nodes)
    })
    const postgresArchive = await ensurePostgresArchive(engine, dir, say)
    return { name, dir, engine, nodes, sshConfig, postgresArchive, nodeImage, access }
  })
}

/** Bare nodes again in seconds: the containers and all they held are thrown away and made anew. */
export async function resetNodes(lab: Lab, names?: readonly string[]): Promise<void> {
  await Promise.all(
    chosen(lab, names).map(async (node) => {
      await removeNode(lab.engine, node)
      await createNode(lab.engine, lab.name, node, lab.nodeImage)
      await ready(lab.engine, node, lab.access)
    }),
  )
  // Their host keys are new as well.
  await writeSshConfig(lab.engine, lab.dir, lab.nodes)
}

/** One more bare node, for as long as somebody needs it. It is removed with the lab, or by `dropNode`. */
export async function addNode(lab: Lab, name: string): Promise<void> {
  const node = nodeIn(lab.name, await ensureNetwork(lab.engine, lab.name), name, lab.nodes.length)
  await createNode(lab.engine, lab.name, node, lab.nodeImage)
  await ready(lab.engine, node, lab.access)
  lab.nodes.push(node)
  await writeSshConfig(lab.engine, lab.dir, lab.nodes)
}

export async function dropNode(lab: Lab, name: string): Promise<void> {
  await removeNode(lab.engine, nodeOf(lab, name))
  lab.nodes = lab.nodes.filter((node) => node.name !== name)
  await writeSshConfig(lab.engine, lab.dir, lab.nodes)
}

/** A reboot; also brings back a node that was stopped. */
export async function restartNode(lab: Lab, name: string): Promise<void> {
  const node = nodeOf(lab, name)
  await docker(lab.engine, ['restart', node.container])
  await waitForNode(lab.engine, node)
  await writeSshConfig(lab.engine, lab.dir, lab.nodes)
}

/** Pulls the plug: no process on the node gets to say goodbye. `restartNode` brings it back. */
export async function killNode(lab: Lab, name: string): Promise<void> {
  await docker(lab.engine, ['kill', nodeOf(lab, name).container])
}

/** Runs a command as root on a node, without ssh. */
export function execOnNode(
  lab: Lab,
  name: string,
  argv: readonly string[],
  options?: RunOptions,
): Promise<string> {
  return docker(lab.engine, ['exec', '--interactive', nodeOf(lab, name).container, ...argv], options)
}

async function ready(engine: Engine, node: LabNode, access: Access): Promise<void> {
  await giveAccess(engine, node, access)
  await waitForNode(engine, node)
}

function chosen(lab: Lab, names: readonly string[] | undefined): LabNode[] {
  return names ? names.map((name) => nodeOf(lab, name)) : lab.nodes
}

function nodeOf(lab: Lab, name: string): LabNode {
  const node = lab.nodes.find((candidate) => candidate.name === name)
  if (!node)
    throw new Error(`no node ${name} in the lab ${lab.name}: ${lab.nodes.map(({ name }) => name).join(', ')}`)
  return node
}
