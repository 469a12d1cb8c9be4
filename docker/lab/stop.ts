import { rm } from 'node:fs/promises'
import { docker, findEngine, type Engine } from './engine.ts'
import type { LabOptions } from './lab.ts'
import { withMachineLock } from './lock.ts'
import { machineDir, runDir } from './machine.ts'
import { hasPrivateEngine, removePrivateEngine } from './private-engine.ts'
import { step, sayNothing } from './step.ts'

export interface StopOptions extends LabOptions {
  /** The next lab then starts in seconds instead of minutes. */
  keepImages?: boolean
}

/** Removes the lab; the last one that goes takes what labs share with it. Finding nothing is fine. */
export function stopLab({ dir, name, keepImages = false, say = sayNothing }: StopOptions): Promise<void> {
  return withMachineLock(async () => {
    const engine = await findEngine()
    if (engine) await step(say, `Removing the nodes of ${name}`, () => removeLab(engine, name))
    await rm(dir, { recursive: true, force: true })
    if (keepImages) return

    if (engine && (await isInUse(engine)))
      return say('Something else uses this engine: it stays, with its images\n')
    if (engine) await step(say, 'Removing the images', () => removeImages(engine))
    if (hasPrivateEngine()) {
      await step(say, 'Removing the engine and its data', removePrivateEngine)
      say(
        'Debian packages that were installed stay: apt-get purge docker.io mmdebstrap iptables removes them\n',
      )
    }
    for (const folder of [runDir, machineDir]) await rm(folder, { recursive: true, force: true })
  })
}

async function removeLab(engine: Engine, name: string): Promise<void> {
  const label = `run-playbook.lab=${name}`
  const containers = await containersOf(engine, label)
  if (containers.length > 0) await docker(engine, ['rm', '--force', '--volumes', ...containers])
  const networks = await ids(engine, ['network', 'ls', '--quiet', '--filter', `label=${label}`])
  if (networks.length > 0) await docker(engine, ['network', 'rm', ...networks])
}

// Another lab needs the images also while its nodes are stopped. On an engine that is going to be stopped, anything
// that runs counts, whoever started it.
async function isInUse(engine: Engine): Promise<boolean> {
  if ((await containersOf(engine, 'run-playbook.lab')).length > 0) return true
  return engine.isPrivate && (await ids(engine, ['ps', '--quiet'])).length > 0
}

async function removeImages(engine: Engine): Promise<void> {
  const images = await ids(engine, [
    'image',
    'ls',
    '--filter',
    'reference=run-playbook/*',
    '--format',
    '{{.Repository}}:{{.Tag}}',
  ])
  if (images.length > 0) await docker(engine, ['image', 'rm', '--force', ...images])
}

function containersOf(engine: Engine, label: string): Promise<string[]> {
  return ids(engine, ['ps', '--all', '--quiet', '--filter', `label=${label}`])
}

async function ids(engine: Engine, args: readonly string[]): Promise<string[]> {
  return (await docker(engine, args)).split('\n').filter((line) => line !== '')
}
