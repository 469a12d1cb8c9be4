import { UserError } from '../../../core/errors.ts'
import { type Probe, ask, askAll } from '../../../core/probe.ts'
import type { AccessState } from '../../shared/access.ts'
import { type ParentFolder, assertSafe, probeFolders } from '../../shared/safe-path.ts'
import { type Stat, stat } from '../../shared/stat.ts'
import type { FileArgs } from './args.ts'
import { inode } from './inode.ts'

/** The file that gets another name. */
export interface Original {
  readonly here: Stat
  readonly above: readonly ParentFolder[]
  readonly inode: string | undefined
  /** Of what is at the path. */
  readonly inodeOfPath: string | undefined
}

export const probeOriginal = ({ path, target = '' }: FileArgs): Probe<Original> =>
  askAll<Original>({
    here: ask(stat, target),
    above: probeFolders(target),
    inode: ask(inode, target),
    inodeOfPath: ask(inode, path),
  })

/** Whether the path is a name of the file already. */
export const isSame = (original: Original | undefined): boolean =>
  original?.inode !== undefined && original.inode === original.inodeOfPath

/** @throws UserError unless it is a file, in directories in which nobody else can put another one in its place */
export function assertOriginal(target: string, access: AccessState, { here, above }: Original): void {
  if (here.type === 'absent')
    throw new UserError('E_NOT_THERE', `${target} does not exist`, {
      hint: 'A hard link is another name of a file that exists. Create the file in an earlier task.',
    })
  if (here.type !== 'file')
    throw new UserError(
      'E_OTHER_KIND',
      `${target} is a ${here.type === 'link' ? `link to ${here.target}` : here.type}, and only a file can have hard links`,
      { hint: "Use state: 'link' for a symbolic link, or the path of the file." },
    )
  assertSafe(target, above, access, 'link to')
}
