import { type Probe, ask, askAll, mapProbe } from '../../../core/probe.ts'
import { type DockerImage, dockerImage } from '../shared/reader.ts'
import type { Image } from './image.ts'

export interface ImageState {
  /** What to give to `docker(…)` for exactly this image; empty where there is none. */
  readonly id: string
  readonly image: DockerImage | undefined
  /** The archive's image, under whatever name. */
  readonly loaded: DockerImage | undefined
}

export function probe({ name, source }: Image): Probe<ImageState> {
  const named = mapProbe(ask(dockerImage, name), (image) => ({
    id: image?.id ?? '',
    image,
    loaded: undefined,
  }))
  if (source.kind !== 'archive') return named
  const both = askAll({ named, loaded: ask(dockerImage, source.archive.value.image.id) })
  return mapProbe(both, ({ named, loaded }) => ({ ...named, loaded }))
}
