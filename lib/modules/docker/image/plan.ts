import type { Plan } from '../../../core/module.ts'
import { predict } from '../../../core/probe.ts'
import { type DockerImage, dockerImage } from '../shared/reader.ts'
import { CONTEXT_LABEL, isBuiltHere, refuseForeignImage } from '../shared/ownership.ts'
import { familiar } from '../shared/reference.ts'
import type { Image } from './image.ts'
import type { ImageState } from './state.ts'

export function plan({ name, state, source, adopt }: Image, { image, loaded }: ImageState): Plan {
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
    if (image !== undefined && !adopt) refuseForeignImage(image, name)
    // The record of an image that somebody made from ours is inherited.
    const built = image && isBuiltHere(image, name) ? image.labels[CONTEXT_LABEL] : undefined
    const { sha256 } = source.context.value
    if (built === sha256) return { changes: [], because: `built from ${short(built)}` }
    const before = built === undefined ? from : `built from ${short(built)}`
    return { changes: [{ what: 'image', from: before, to: `built from ${short(sha256)}` }] }
  }
  const wanted = source.archive.value.image
  if (image && isSame(image, wanted)) return { changes: [], because: `there as ${from}` }
  const known = loaded ? { ...loaded, tags: [...new Set([...loaded.tags, familiar(name)])].sort() } : wanted
  return {
    changes: [{ what: 'image', from, to: short(wanted.id) }],
    leaves: [predict(dockerImage, name, known), predict(dockerImage, wanted.id, known)],
  }
}

/** With the containerd image store an image has another id, though it is the same. */
const isSame = (a: DockerImage, b: DockerImage): boolean => a.id === b.id || a.content === b.content

const short = (id: string): string => id.replace(/^sha256:/, '').slice(0, 12)
