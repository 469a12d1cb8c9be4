import { editFstab, entryOf } from '../mount/fstab.ts'
import type { SwapValues } from './args.ts'

/** The text of fstab with the swap as it is wanted. Options of an entry that is there stay, but for the priority. */
export function editSwap(text: string, { path, priority, state }: SwapValues): string {
  const which = { path: 'none', src: path }
  if (state === 'absent') return editFstab(text, which, undefined)
  const has = entryOf(text, which)
  const opts = withPriority(has?.opts ?? 'sw', priority)
  const { path: point = 'none', dump = '0', passno = '0' } = has ?? {}
  return editFstab(text, which, { src: path, path: point, fstype: 'swap', opts, dump, passno })
}

function withPriority(opts: string, priority: number | undefined): string {
  if (priority === undefined) return opts
  const words = opts.split(',').filter((word) => !word.startsWith('pri='))
  return opts.split(',').includes(`pri=${priority}`) ? opts : [...words, `pri=${priority}`].join(',')
}
