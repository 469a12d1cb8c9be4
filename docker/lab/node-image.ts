import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensurePrograms } from './debian.ts'
import { docker, type Engine } from './engine.ts'
import { hashOfFolder } from './hash.ts'
import { registryAnswers } from './registry.ts'
import { run, tryRun } from './run.ts'
import { step, type Say } from './step.ts'

const recipe = join(import.meta.dirname, 'node')
const madeBase = 'run-playbook/debian:bookworm'

/** The image a node is started from. Built only where this recipe has not been built before. */
export async function ensureNodeImage(engine: Engine, say: Say): Promise<string> {
  const tag = `run-playbook/lab-node:${await hashOfFolder(recipe)}`
  if (await hasImage(engine, tag)) return tag
  const base = (await registryAnswers()) ? 'debian:bookworm-slim' : await ensureDebian(engine, say)
  await step(say, `Building the node image from ${base}`, () =>
    // The host's network, because its name servers and routes are known to work.
    docker(engine, ['build', '--network', 'host', '--build-arg', `BASE=${base}`, '--tag', tag, recipe]),
  )
  return tag
}

/** What debian:bookworm-slim is, from Debian's packages. */
async function ensureDebian(engine: Engine, say: Say): Promise<string> {
  if (await hasImage(engine, madeBase)) return madeBase
  await ensurePrograms(say, ['mmdebstrap'])
  await step(say, 'No image registry answers: making a Debian with mmdebstrap', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'run-playbook-lab-'))
    try {
      const tar = join(folder, 'debian.tar')
      const without = ['doc', 'info', 'locale', 'man'].map(
        (name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`,
      )
      const mirror = 'http://deb.debian.org/debian'
      const security = 'deb http://deb.debian.org/debian-security bookworm-security main'
      await run(['mmdebstrap', '--variant=minbase', ...without, 'bookworm', tar, mirror, security])
      await docker(engine, ['import', tar, madeBase])
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
  return madeBase
}

async function hasImage(engine: Engine, tag: string): Promise<boolean> {
  return (await tryRun(['docker', 'image', 'inspect', tag], { env: engine.env })) !== undefined
}
