import {
  type Module,
  type ModuleDefinition,
  type Plan,
  type ShellStep,
  defineModule,
} from '../../../core/module.ts'
import { type Probe, ask, askAll, mapProbe, predict } from '../../../core/probe.ts'
import type { Resource } from '../../../core/resource.ts'
import { sh } from '../../../core/sh.ts'
import { type DockerImage, dockerImage, dockerResource } from '../shared/reader.ts'
import { familiar } from '../shared/reference.ts'
import { type ImageArgs, imageArgs } from './args.ts'
import { type ImageSource, readSource } from './source.ts'

interface Image {
  readonly name: string
  readonly state: 'present' | 'absent'
  readonly source: ImageSource
}

export interface ImageState {
  /** What to give to `docker(…)` for exactly this image; empty where there is none. */
  readonly id: string
  readonly image: DockerImage | undefined
  /** The archive's image, under whatever name. */
  readonly loaded: DockerImage | undefined
}

// What the source holds is read when the task is made: a missing file is found before any host is touched.
const args = imageArgs.transform(({ name, state = 'present', ...rest }): Image => ({
  name,
  state,
  source: readSource(name, rest),
}))

/**
 * An image under a name, from a registry, from an archive or built from a folder.
 *
 * @example
 * docker.image('image', { name: 'postgres:16-alpine' })
 * docker.image('image', { name: 'web:1', archive: new URL('../web.tar.gz', import.meta.url) })
 * docker.image('image', { name: 'web:1', build: { context: 'docker/web' } })
 */
export const image = defineModule({
  name: 'docker_image',
  args,
  probe,
  plan,
  apply,
  touches,
  // Only pulling tells whether the registry has something newer, and then there is nothing left to do.
  verify: (args, _before, after) =>
    args.source.kind === 'pull' && args.state === 'present' && after.image ? [] : plan(args, after).changes,
} satisfies ModuleDefinition<Image, ImageState>) as unknown as Module<ImageArgs, ImageState>

function probe({ name, source }: Image): Probe<ImageState> {
  const named = mapProbe(ask(dockerImage, name), (image) => ({
    id: image?.id ?? '',
    image,
    loaded: undefined,
  }))
  if (source.kind !== 'archive') return named
  const both = askAll({ named, loaded: ask(dockerImage, source.archive.image.id) })
  return mapProbe(both, ({ named, loaded }) => ({ ...named, loaded }))
}

function plan({ name, state, source }: Image, { image, loaded }: ImageState): Plan {
  const from = image ? short(image.id) : 'absent'
  if (state === 'absent') {
    if (image === undefined) return { changes: [], because: 'not there' }
    return {
      changes: [{ what: 'image', from, to: 'absent' }],
      leaves: [predict(dockerImage, name, undefined)],
    }
  }
  if (source.kind === 'pull') {
    if (source.policy === 'always') return { changes: [{ what: 'image', from, to: 'newest' }] }
    return image
      ? { changes: [], because: `there as ${from}` }
      : { changes: [{ what: 'image', from, to: name }] }
  }
  if (source.kind === 'build') {
    const built = image?.labels[CONTEXT_LABEL]
    if (built === source.sha256) return { changes: [], because: `built from ${short(built)}` }
    const before = built === undefined ? from : `built from ${short(built)}`
    return { changes: [{ what: 'image', from: before, to: `built from ${short(source.sha256)}` }] }
  }
  const wanted = source.archive.image
  if (image && isSame(image, wanted)) return { changes: [], because: `there as ${from}` }
  const known = loaded ? { ...loaded, tags: [...new Set([...loaded.tags, familiar(name)])].sort() } : wanted
  return {
    changes: [{ what: 'image', from, to: short(wanted.id) }],
    leaves: [predict(dockerImage, name, known), predict(dockerImage, wanted.id, known)],
  }
}

function apply({ name, state, source }: Image, { loaded }: ImageState): ShellStep[] {
  if (state === 'absent') return [{ script: sh`docker image rm ${name}` }]
  if (source.kind === 'pull') return [{ script: sh`docker pull --quiet ${name}`, timeoutMs: HOUR }]
  if (source.kind === 'build') {
    const label = `${CONTEXT_LABEL}=${source.sha256}`
    return [
      {
        script: sh`docker build --tag ${name} --label ${[label, ...source.flags]} -`,
        stdin: source.context,
        timeoutMs: HOUR,
      },
    ]
  }
  const { archive } = source
  if (loaded) return [{ script: sh`docker tag ${loaded.id} ${name}` }]
  return [
    { script: 'docker load --quiet', stdin: { file: archive.file }, timeoutMs: HOUR },
    ...(archive.loadedAs ? [{ script: sh`docker tag ${archive.loadedAs} ${name}` }] : []),
  ]
}

function touches({ name, source }: Image, state: ImageState | undefined): Resource[] {
  const before = state?.image
  // An image without a name left goes, and a container may ask for it by its id.
  if (source.kind !== 'archive') {
    return [name, ...(before ? [before.id] : [])].map((one) => dockerResource('image', one))
  }
  const { image, sets } = source.archive
  return [name, image.id, ...sets].map((one) => dockerResource('image', one))
}

/** Records on a built image what it was built from. */
const CONTEXT_LABEL = 'run-playbook.context'

const HOUR = 3_600_000

/** With the containerd image store an image has another id, though it is the same. */
const isSame = (a: DockerImage, b: DockerImage): boolean => a.id === b.id || a.content === b.content

const short = (id: string): string => id.replace(/^sha256:/, '').slice(0, 12)
