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
  suite?: string,
): Promise<string | undefined> {
  const cached = await ensureCachedArchive(engine, say, suite)
  if (cached === undefined) return undefined
  const archive = join(dir, '.run-playbook/images/postgres.tar.gz')
  await place(cached, archive)
  return archive
}

/**
 * The archive that all labs share: nodes cannot pull their own images where no registry answers. Where one does there is nothing
 * to do, unless a suite is asked for. One archive, because the other images are the first and a few files more.
 */
export async function ensureCachedArchive(
  engine: Engine,
  say: Say,
  wanted?: string,
): Promise<string | undefined> {
  const asked = wanted ?? process.env['RUN_PLAYBOOK_LAB_SUITE']
  if (!asked && (await registryAnswers())) return undefined
  const suite = asked ?? 'trixie'
  const major = majorOfSuite(suite)
  if (!existsSync(statusRecipe)) throw new Error('the status service is not built yet: npm run build')
  const hashes = await Promise.all([recipe, statusRecipe, poolerRecipe].map(hashOfFolder))
  const version = hashes.join('-')
  const cached = join(imageCache, `postgres-${suite}-${version}.tar.gz`)
  if (!existsSync(cached)) await build(engine, say, suite, `run-playbook/postgres:${major}`, cached)
  return cached
}

/** Another version beside the one that the nodes have, for an upgrade to it: the archive has its image alone, under the tag of its version. */
export async function placeUpgradeArchive(
  engine: Engine,
  dir: string,
  say: Say,
  suite: string,
): Promise<void> {
  const major = majorOfSuite(suite)
  const cached = join(imageCache, `upgrade-${suite}-${await hashOfFolder(recipe)}.tar.gz`)
  const tag = `run-playbook/postgres:${major}`
  if (!existsSync(cached)) {
    await buildPostgres(engine, say, suite, tag)
    await step(say, `Packing ${tag} for the nodes`, () => pack(engine, [tag], cached, `upgrade-${suite}-`))
  }
  await place(cached, join(dir, `.run-playbook/images/postgres-${major}.tar.gz`))
}

function majorOfSuite(suite: string): string {
  const major = majorOf[suite]
  if (major) return major
  throw new Error(`RUN_PLAYBOOK_LAB_SUITE is ${suite}: it can be ${Object.keys(majorOf).join(' or ')}`)
}

async function buildPostgres(engine: Engine, say: Say, suite: string, tag: string): Promise<void> {
  await ensurePrograms(say, ['mmdebstrap'])
  await step(say, `Building ${tag} from Debian ${suite}`, () =>
    run([join(recipe, 'build-debian.sh'), suite, tag], { env: engine.env }),
  )
}

async function build(engine: Engine, say: Say, suite: string, tag: string, cached: string): Promise<void> {
  await buildPostgres(engine, say, suite, tag)
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
  await step(say, 'Packing them for the nodes', () => pack(engine, names, cached, `postgres-${suite}-`))
}

/** @param kind how the names of what it replaces begin */
async function pack(engine: Engine, names: readonly string[], cached: string, kind: string): Promise<void> {
  await mkdir(dirname(cached), { recursive: true })
  const unfinished = `${cached}.${process.pid}`
  try {
    await save(engine, names, unfinished)
    await removeOlder(kind)
    await rename(unfinished, cached)
  } finally {
    await rm(unfinished, { force: true })
  }
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
async function removeOlder(kind: string): Promise<void> {
  const files = await readdir(imageCache)
  const older = files.filter((file) => file.startsWith(kind) && file.endsWith('.gz'))
  for (const file of older) await rm(join(imageCache, file))
}

/** A second name for the same bytes where that is possible, else a copy. */
async function place(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await rm(to, { force: true })
  await link(from, to).catch(() => copyFile(from, to))
}
