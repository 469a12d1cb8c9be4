import { mapSchema } from '../../../core/map-schema.ts'
import { imageArgs } from './args.ts'
import { type ImageSource, findSource } from './source.ts'

export interface Image {
  readonly name: string
  readonly state: 'present' | 'absent'
  readonly source: ImageSource
  /** A build may take the name from an image of somebody else. */
  readonly adopt: boolean
}

// Only looks whether there is a source; what it holds is read by `load`.
export const args = mapSchema(imageArgs, ({ name, state = 'present', adopt = false, ...rest }): Image => ({
  name,
  state,
  adopt,
  source: findSource(name, rest),
}))

export async function load({ source }: Image): Promise<void> {
  if (source.kind === 'archive') await source.archive.load()
  if (source.kind === 'build') await source.context.load()
}
