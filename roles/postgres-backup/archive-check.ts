import { type Deferred, type Task, type TaskList, changed, command, file, paths } from 'run-playbook'

interface ArchiveCheck {
  /** Makes a check due where it changes something. */
  readonly backup: Task
  /** The check itself, under a condition. */
  readonly check: (when: boolean | Deferred<boolean>) => Task
  /** Nothing is owed since the last check: the mark was there when the run began. */
  readonly archiveChecked: boolean
  /** The path of the mark, a file. */
  readonly mark: string
}

/**
 * A check of the archive after each backup that a run takes. One that fails, or that nobody waited for, is owed: the next run finds
 * no mark.
 */
export function archiveCheck({ backup, check, archiveChecked, mark }: ArchiveCheck): TaskList {
  return [
    // An event, not a state: at the end of the run the mark is there again.
    command(
      'check is due',
      { argv: ['rm', '-f', mark], removes: mark },
      { when: changed(backup), touches: [paths.at(mark)] },
    ),
    check(archiveChecked ? changed(backup) : true),
    file('archive was checked', { path: mark, state: 'file' }),
  ]
}
