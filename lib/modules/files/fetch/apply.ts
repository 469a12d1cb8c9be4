import { posix } from 'node:path'
import type { Step } from '../../../core/module.ts'
import { quote, sh } from '../../../core/sh.ts'
import { EXPLAIN } from '../../shared/explain.ts'
import { ancestors } from '../../shared/parent-folders.ts'
import { PLACE } from '../../shared/place.ts'
import type { Fetch } from './args.ts'
import { receive } from './channel.ts'
import type { FetchState } from './state.ts'

/** Bytes that are sent at a time. */
const PIECE = 8 * 1024 * 1024

/*
 * The file comes in pieces, so that no more than one of them is in memory. Of a file that grows, as a log does, so much is read as it had
 * when it was looked at.
 */
export function applyFetch({ src, target, validateChecksum = true }: Fetch, state: FetchState): Step[] {
  const { size = 0 } = state.src
  // What /proc shows has no size.
  const count = Math.max(1, Math.ceil(size / PIECE))
  const pieces = Array.from({ length: count }, (_, piece) => {
    const atMost = size === 0 ? PIECE : Math.min(PIECE, size - piece * PIECE)
    return [
      { script: read(src, piece, atMost), output: 'passed' as const, explains: true },
      receive(target, { does: 'add', piece, atMost }),
    ]
  })
  return [
    ...pieces.flat(),
    receive(target, { does: 'keep', sha256: validateChecksum ? state.srcChecksum : undefined }),
  ]
}

// What is open is compared with what has the name, where somebody else can put a link there meanwhile.
const read = (src: string, piece: number, atMost: number): string =>
  [
    'set -eu',
    'LC_ALL=C; export LC_ALL',
    EXPLAIN,
    PLACE,
    sh`enter ${['/', ...ancestors(src)]}`,
    `file=${quote(`./${posix.basename(src)}`)}`,
    sh`[ -f "$file" ] && [ ! -L "$file" ] || unsafe ${`${src} is no regular file any more`}`,
    'exec 3<"$file"',
    `is=$(stat -c '%d:%i:%f' -- "$file")`,
    `[ -z "$shared" ] || [ "$is" = "$(stat -L -c '%d:%i:%f' /proc/self/fd/3)" ] ||`,
    sh`  unsafe ${`${src} was replaced while it was opened`}`,
    `dd bs=${PIECE} skip=${piece} count=1 iflag=fullblock <&3 2>/dev/null | head -c ${atMost}`,
  ].join('\n')
