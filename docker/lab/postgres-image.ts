import { spawn } from 'node:child_process'
import { copyFile, link, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { createWriteStream, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { ensurePrograms } from './debian.ts'
import { type Engine, docker } from './engine.ts'
import { hashOfFolder } from './hash.ts'
import { imageCache } from './machine.ts'
import { registryAnswers } from './registry.ts'
import { run } from './run.ts'
import { step, type Say } from './step.ts'

const recipe = join(import.meta.dirname, '../postgres')
const poolerRecipe = join(import.meta.dirname, '../pgbouncer')
/** Made by `npm run build`. */
const statusRecipe = join(import.meta.dirname, '../../dist/docker/status')
const majorOf: Record<string, string> = { bookworm: '15', trixie: '17' }

/** The images of the database, of its status service and of PgBouncer as one archive in the lab's folder, from where `site` takes it. */
export async function ensurePostgresArchive(
  engine: Engine,
  dir: string,
  say: Say,
): Promise<string | undefined> {
  const cached = await ensureCachedArchive(engine, say)
  if (cached === undefined) return undefined
  const archive = join(dir, '.run-playbook/images/postgres.tar.gz')
  await place(cached, archive)
  return archive
}

/**
 * The archive that all labs share: nodes cannot pull their own images where no registry answers. Where one does there is nothing
 * to do, unless a suite is asked for. One archive, because the other images are the first and a few files more.
 */
export async function ensureCachedArchive(engine: Engine, say: Say): Promise<string | undefined> {
  const asked = process.env['RUN_PLAYBOOK_LAB_SUITE']
  if (!asked && (await registryAnswers())) return undefined
  const suite = asked ?? 'trixie'
  const major = majorOf[suite]
  if (!major)
    throw new Error(`RUN_PLAYBOOK_LAB_SUITE is ${suite}: it can be ${Object.keys(majorOf).join(' or ')}`)

  if (!existsSync(statusRecipe)) throw new Error('the status service is not built yet: npm run build')
  const hashes = await Promise.all([recipe, statusRecipe, poolerRecipe].map(hashOfFolder))
  const version = hashes.join('-')
  const cached = join(imageCache, `postgres-${suite}-${version}.tar.gz`)
  if (!existsSync(cached)) await build(engine, say, suite, `run-playbook/postgres:${major}`, cached)
  return cached
}

async function build(engine: Engine, say: Say, suite: string, tag: string, cached: string): Promise<void> {
  await ensurePrograms(say, ['mmdebstrap'])
  await step(say, `Building ${tag} from Debian ${suite}`, () =>
    run([join(recipe, 'build-debian.sh'), suite, tag], { env: engine.env }),
  )
  const names = [
    'run-playbook/postgres:latest',
    'run-playbook/postgres-status:latest',
    'run-playbook/pgbouncer:latest',
  ] as const
  await docker(engine, ['tag', tag, names[0]])
  for (const [name, from] of [
    [names[1], statusRecipe],
    [names[2], poolerRecipe],
  ] as const)
    await step(say, `Building ${name} on it`, () =>
      docker(engine, ['build', '--network', 'host', '--build-arg', `BASE=${tag}`, '--tag', name, from], {
        env: { DOCKER_BUILDKIT: '0' },
      }),
    )
  await step(say, 'Packing them for the nodes', async () => {
    await mkdir(dirname(cached), { recursive: true })
    const unfinished = `${cached}.${process.pid}`
    try {
      await save(engine, names, unfinished)
      await removeOlder(suite)
      await rename(unfinished, cached)
    } finally {
      await rm(unfinished, { force: true })
    }
  })
}

async function save(engine: Engine, tags: readonly string[], file: string): Promise<void> {
  const child = spawn('docker', ['save', ...tags], {
    env: { ...process.env, ...engine.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve, reject) =>
    child.on('error', reject).on('close', resolve),
  )
  await pipeline(child.stdout, createGzip(), createWriteStream(file))
  if ((await ended) !== 0) throw new Error(`docker save ${tags.join(' ')} failed`)
}

/** What other versions of the recipe gave: nobody asks for it again, and each is 90 MB. */
async function removeOlder(suite: string): Promise<void> {
  const files = await readdir(imageCache)
  const older = files.filter((file) => file.startsWith(`postgres-${suite}-`) && file.endsWith('.gz'))
  for (const file of older) await rm(join(imageCache, file))
}

/** A second name for the same bytes where that is possible, else a copy. */
async function place(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await rm(to, { force: true })
  await link(from, to).catch(() => copyFile(from, to))
}
