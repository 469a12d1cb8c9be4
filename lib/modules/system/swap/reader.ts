import { type Reader, readerOfOne } from '../../../core/probe.ts'
import { type ResourceKind, defineResourceKind, paths } from '../../../core/resource.ts'
import { sh } from '../../../core/sh.ts'
import { unescaped } from '../mount/fstab.ts'

/** Swap of the running kernel, by its path. */
export const swaps: ResourceKind = defineResourceKind('swap')

/** What the host knows of a swap file. */
export interface SwapArea {
  /** Whether the file has been made for swap. */
  readonly signed: boolean
  readonly active: boolean
  /** Undefined where it is not active. */
  readonly priority: number | undefined
}

/** By the path of the file. */
export const swapArea: Reader<SwapArea> = readerOfOne<SwapArea>({
  name: 'swap',
  // The sign is at the end of the first page; pages have 4, 16 or 64 KiB.
  ask: (path) => sh`LC_ALL=C; export LC_ALL
signed=no
if [ -f ${path} ]; then for at in 4086 16374 65526; do
  [ "$(dd if=${path} bs=1 skip=$at count=10 2>/dev/null | tr -d '\\0')" != SWAPSPACE2 ] || signed=yes
done; fi
echo "signed $signed"
cat /proc/swaps 2>/dev/null
echo end`,
  parse: ({ stdout }, path) => {
    const [first, ...lines] = stdout.toString().trim().split('\n')
    if ((first !== 'signed yes' && first !== 'signed no') || lines.at(-1) !== 'end')
      throw new Error('the host does not say what it swaps to')
    const found = lines
      .map((line) => /^(\S+)\s+\S+\s+\d+\s+\d+\s+(-?\d{1,6})$/.exec(line))
      .find((match) => unescaped(match?.[1] ?? '') === path)
    const priority = found?.[2] === undefined ? undefined : Number(found[2])
    return { signed: first === 'signed yes', active: priority !== undefined, priority }
  },
  sees: (path) => [paths.at(path), swaps.all],
})
