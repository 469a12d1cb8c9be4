import { sh } from '../../core/sh.ts'
import type { AccessState } from './access.ts'
import { SELF } from './account.ts'
import { ancestors, folderOf } from './parent-folders.ts'
import type { ParentFolder } from './safe-path.ts'

/**
 * Whether only root and whoever runs the task can change names in the folder and in those above it: then a path leads where it
 * seems to lead, and what is made in the folder gets no group from it.
 */
export function isPlain(above: readonly ParentFolder[], { accounts }: AccessState): boolean {
  const self = accounts[SELF.user]?.id
  return above.every(({ stat: { type, uid, mode = '' } }, i) => {
    const bits = Number.parseInt(mode, 8)
    const writable = (bits & 0o022) !== 0
    const own = uid === 0 || (uid !== undefined && uid === self)
    if (type !== 'directory' || !own) return false
    return i === above.length - 1 ? !writable && (bits & 0o2000) === 0 : !writable || (bits & 0o1000) !== 0
  })
}

/** Commands that end the script unless the folders of these paths are still plain, apart from those that it makes itself. */
export function plainFolders(paths: readonly string[], made: ReadonlySet<string>): string[] {
  const there = (folders: readonly string[]): string[] =>
    [...new Set(folders)].filter((folder) => !made.has(folder))
  const near = there(paths.map(folderOf))
  const far = there(paths.flatMap((path) => ancestors(path))).filter((folder) => !near.includes(folder))
  return [
    'me=$(id -u) owner= count=0',
    sh`for line in $(stat -c '%u:%A' -- / ${[...near, ...far]}); do`,
    '  owner=${owner:-${line%%:*}}',
    '  case ${line%%:*} in 0 | "$me" | "$owner") ;; *) exit 1 ;; esac',
    '  case $line in',
    '    *:d????-??-?) ;;',
    `    *:d????????[tT]) [ "$count" -eq 0 ] || [ "$count" -gt ${near.length} ] || exit 1 ;;`,
    '    *) exit 1 ;;',
    '  esac',
    '  count=$((count + 1))',
    'done',
    `[ "$count" -eq ${1 + near.length + far.length} ]`,
  ]
}
