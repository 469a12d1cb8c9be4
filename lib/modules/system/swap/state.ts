import { type Probe, ask, askAll } from '../../../core/probe.ts'
import { type KeptText, probeKeptText } from '../../shared/kept-text.ts'
import { folderOf } from '../../shared/parent-folders.ts'
import { type ParentFolder, probeFolders } from '../../shared/safe-path.ts'
import { type Stat, stat } from '../../shared/stat.ts'
import type { SwapValues } from './args.ts'
import { type SwapArea, swapArea } from './reader.ts'

/** What is there of a swap file. */
export interface SwapState {
  readonly here: Stat
  readonly folder: Stat
  /** The folders that it lies in, the outermost first. */
  readonly above: readonly ParentFolder[]
  readonly area: SwapArea
  readonly fstab: KeptText
}

export const probeSwap = ({ path, fstab }: SwapValues): Probe<SwapState> =>
  askAll<SwapState>({
    here: ask(stat, path),
    folder: ask(stat, folderOf(path)),
    above: probeFolders(path),
    area: ask(swapArea, path),
    fstab: probeKeptText(fstab),
  })
