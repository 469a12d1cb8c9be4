import { mapSchema } from '../../../core/map-schema.ts'
import { imageArgs } from './args.ts'
import { type ImageSource, readSource } from './source.ts'

export interface Image {
  readonly name: string
  readonly state: 'present' | 'absent'
  readonly source: ImageSource
}

// What the source holds is read when the task is made: a missing file is found before any host is touched.
export const args = mapSchema(imageArgs, ({ name, state = 'present', ...rest }): Image => ({
  name,
  state,
  source: readSource(name, rest),
}))
