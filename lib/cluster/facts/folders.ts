import { posix } from 'node:path'
import { sh } from '../../core/sh.ts'
import { isGuarded } from '../../modules/files/file/protected-paths.ts'

/** A folder that one of the node's folders lies in, and that users other than root may enter. */
export interface OpenFolder {
  readonly path: string
  /** Why `site` does not close it. Undefined where it does. */
  readonly obstacle: Obstacle | undefined
}

/** In words: `it also contains www`, and what an operator can do about it. */
export interface Obstacle {
  readonly because: string
  readonly advice: string
}

/** Who else on the node can reach the folders of the cluster. */
export interface FoldersFact {
  /** None where each folder lies below one that only root, or a group of the operator's choice, may enter. */
  readonly openFolders: readonly OpenFolder[]
}

/**
 * POSIX sh: for each folder whose parents all users may enter, the nearest parent, whose it is, and what else is in it.
 * A parent that is root's and that others may not enter is enough, whatever group may.
 */
export const foldersScript = (folders: readonly string[]): string => sh`(
  closed() { case $(stat -c '%u %a' "$1" 2>/dev/null) in '0 '*[0246]) return 0 ;; esac; return 1; }
  ours() { printf '%s\\n' "$real" | { while IFS= read -r one; do case $one/ in "$1"/*) exit 0 ;; esac; done; exit 1; }; }
  real=$(for f in ${folders.map((path) => posix.join('/', path).replace(/(.)\/+$/, '$1'))}; do readlink -f "$f" 2>/dev/null || printf '%s\\n' "$f"; done)
  printf '%s\\n' "$real" | while IFS= read -r folder; do
    above=\${folder%/*}
    while [ -n "$above" ] && ! closed "$above"; do above=\${above%/*}; done
    [ -z "$above" ] || continue
    parent=\${folder%/*}
    at=\${parent:-/}
    if [ ! -d "$at" ]; then printf 'open - - %s\\n' "$at"; continue; fi
    printf 'open %s %s %s\\n' "$(stat -c %u "$at")" "$(stat -f -c %T "$at" 2>/dev/null | tr -d ' ')" "$at"
    ls -A "$at" | while IFS= read -r name; do
      [ "$name" = lost+found ] || ours "$parent/$name" || printf 'beside %s//%s\\n' "$at" "$name"
    done | head -n 3
  done
)`

/** @param lines what the script printed */
export function parseFolders(lines: readonly string[]): FoldersFact {
  const beside = lines.flatMap((line) => {
    const [, path, name] = /^beside (.*)\/\/(.*)$/.exec(line) ?? []
    return path === undefined || name === undefined ? [] : [{ path, name }]
  })
  const found = lines.flatMap((line) => {
    const [, uid = '', type = '', path] = /^open (\S+) (\S*) (\/.*)$/.exec(line) ?? []
    if (path === undefined) return []
    const others = beside.filter((one) => one.path === path).map(({ name }) => name)
    return [{ path, obstacle: obstacleOf(path, uid, type, others) }]
  })
  return {
    openFolders: [...new Map(found.map((one) => [one.path, one])).values()].toSorted(
      (one, other) => one.path.length - other.path.length,
    ),
  }
}

function obstacleOf(
  path: string,
  uid: string,
  type: string,
  others: readonly string[],
): Obstacle | undefined {
  const alone = 'on a new node, use a directory for the cluster alone'
  if (isGuarded(path))
    return {
      because: 'it is a directory of the system',
      advice: `${alone}, such as ${posix.join(path, 'cluster/postgres')}`,
    }
  if (uid !== '0' && uid !== '-')
    return { because: `it belongs to uid ${uid}`, advice: `give it to root, or ${alone}` }
  if (WITHOUT_MODES.test(type))
    return {
      because: `its file system (${type}) may not keep a mode`,
      advice: `${alone}, on another file system`,
    }
  if (others.length === 0) return undefined
  return {
    because: `it also contains ${[...new Set(others)].join(', ')}`,
    advice: `if no other user needs that, close it with ${sh`chmod o-x ${path}`}, or ${alone}`,
  }
}

// Of the network, or without owners: a change of mode may fail there, or be lost.
const WITHOUT_MODES = /^(nfs|smb|cifs|fuse|9p|v9fs|ceph|afs|msdos|vfat|exfat|ntfs)/i
