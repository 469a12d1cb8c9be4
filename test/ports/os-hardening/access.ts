import { type FileArgs, type Task, type TaskList, file, from, group } from 'run-playbook'
import { accountFiles } from './accounts.ts'
import type { Found } from './look.ts'
import { mounts } from './mounts.ts'
import { ROOT, without } from './shared.ts'
import type { Vars } from './vars.ts'

interface FoundFile {
  readonly path: string
  readonly mode: string
}

/** One task a file, in the order of their paths. */
const limited = (
  what: string,
  bits: number,
  files: readonly FoundFile[],
  more: Partial<FileArgs> = {},
): Task[] =>
  [...new Map(files.map(({ path, mode }) => [path, mode]))].map(([path, mode]) =>
    file(`${what} ${path}`, { path, state: 'exists', mode: without(mode, bits), ...more }),
  )

/** Who may read, write and run what. */
export const access = (vars: Vars, found: Found): TaskList => [
  group({ tags: ['cron'] }, [from(found.cron, ({ files }) => limited('access to', 0o077, files, ROOT))]),
  group({ tags: ['minimize_access'] }, [
    from([found.openToGroup, found.openToAll], (byGroup, byAll) =>
      limited('nobody else writes to', 0o022, [...byGroup.files, ...byAll.files]),
    ),
    accountFiles(found),
    !vars.suForAll &&
      file('su for root alone', { path: '/usr/bin/su', state: 'file', mode: '0750', ...ROOT }),
    mounts(vars),
  ]),
  group({ tags: ['suid_sgid'] }, [
    from([found.setuid, found.setgid], (byUser, byGroup) =>
      limited(
        'no setuid for',
        0o6000,
        [...byUser.files, ...byGroup.files].filter(({ path }) => vars.setuidRemoved.includes(path)),
      ),
    ),
    vars.setuidUnknown &&
      from([found.allSetuid, found.allSetgid], (byUser, byGroup) =>
        limited(
          'no setuid for unknown',
          0o6000,
          [...byUser.files, ...byGroup.files].filter(({ path }) => !vars.setuidKept.includes(path)),
        ),
      ),
  ]),
]
