import { join } from 'node:path'
import { ensurePrograms } from '../../../docker/lab/debian.ts'
import { docker, ensureEngine, type Engine } from '../../../docker/lab/engine.ts'
import { withMachineLock } from '../../../docker/lab/lock.ts'
import { registryAnswers } from '../../../docker/lab/registry.ts'
import { run } from '../../../docker/lab/run.ts'
import { sayNothing } from '../../../docker/lab/step.ts'

const recipe = join(import.meta.dirname, '../../../docker/postgres')

/** Which shell runs the entrypoint. Debian's is dash, Alpine's is busybox, and people use both images. */
export type Shell = 'dash' | 'busybox'

export interface Images {
  engine: Engine
  tags: Record<Shell, string>
}

let building: Promise<Images> | undefined

/** The image from the current recipe: the official base where a registry answers, Debian's packages elsewhere. */
export function buildImages(): Promise<Images> {
  // Several test files run at once: the first one builds, the others find it done.
  return (building ??= withMachineLock(build))
}

async function build(): Promise<Images> {
  const engine = await ensureEngine(sayNothing)
  const suite = process.env['RUN_PLAYBOOK_LAB_SUITE']
  if (!suite && (await registryAnswers())) {
    const tag = 'rp-image-test:official'
    await docker(engine, ['build', '--quiet', '--tag', tag, recipe])
    return { engine, tags: { dash: tag, busybox: tag } }
  }
  await ensurePrograms(sayNothing, ['mmdebstrap'])
  const tag = `rp-image-test:${suite ?? 'trixie'}`
  await run([join(recipe, 'build-debian.sh'), suite ?? 'trixie', tag], { env: engine.env })
  return { engine, tags: { dash: tag, busybox: await withBusybox(engine, tag) } }
}

/** The same image, with busybox in place of every program that it has (its setpriv can't change users; gosu can). */
async function withBusybox(engine: Engine, base: string): Promise<string> {
  const recipeOnTop = `
    FROM ${base}
    RUN apt-get update -qq && apt-get install -qq -y --no-install-recommends busybox && rm -rf /var/lib/apt/lists/*
    RUN mkdir /busybox && busybox --install -s /busybox && rm /busybox/setpriv && ln -sf /bin/busybox /bin/sh
    ENV PATH=/busybox:$PATH`
  await docker(engine, ['build', '--quiet', '--tag', `${base}-busybox`, '-'], {
    input: recipeOnTop,
    env: { DOCKER_BUILDKIT: '0' },
  })
  return `${base}-busybox`
}
