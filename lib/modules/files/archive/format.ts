import { type Format, formatOf } from '../unarchive/format.ts'

/** Archives that can be compared with what is there without writing one: those of tar. */
export type TarFormat = Exclude<Format, 'zip'>

/** By the name of the archive. */
export function tarOf(path: string): TarFormat | undefined {
  const format = formatOf(path)
  return format === 'zip' ? undefined : format
}
