import { UserError } from '../../core/errors.ts'
import { type Prediction, type Probe, ask, predict } from '../../core/probe.ts'
import type { AccessState } from './access.ts'
import { SELF } from './account.ts'
import { ancestors } from './parent-folders.ts'
import { type Stat, stat } from './stat.ts'

export interface ParentFolder {
  readonly path: string
  readonly stat: Stat
}

/** The folders that a path lies in, the outermost first. */
export function probeFolders(path: string): Probe<readonly ParentFolder[]> {
  const above = ancestors(path)
  return {
    questions: above.flatMap((folder) => ask(stat, folder).questions),
    parse: (answers) => above.map((folder, i) => ({ path: folder, stat: answers[i] as Stat })),
  }
}

/** They stay what they are. */
export const sameFolders = (above: readonly ParentFolder[]): Prediction[] =>
  above.map((folder) => predict(stat, folder.path, folder.stat))

/**
 * Refuses a path on which somebody but root and whoever runs the task could put something else: what would be written there, or
 * whose owner would be changed, would be of their choice. The rules of systemd-tmpfiles. What changes between this look and the
 * change is refused by {@link PLACE}.
 *
 * @throws UserError E_UNSAFE_PATH
 */
export function assertSafe(
  path: string,
  above: readonly ParentFolder[],
  { accounts }: AccessState,
  purpose: 'write to' | 'read' | 'link to' = 'write to',
): void {
  const self = accounts[SELF.user]?.id
  const trusted = (uid: number | undefined): boolean => uid === undefined || uid === 0 || uid === self
  let outer: ParentFolder | undefined
  for (const folder of above) {
    const { type, uid, owner } = folder.stat
    if (type === 'absent') return
    if (type === 'link' && !trusted(uid))
      throw unsafe(path, purpose, `${folder.path} is a link that ${owner} (${uid}) made`)
    if (outer !== undefined && !trusted(outer.stat.uid) && outer.stat.uid !== uid)
      throw unsafe(
        path,
        purpose,
        `${outer.path} belongs to ${outer.stat.owner} (${outer.stat.uid}), who can put anything in the place of ${folder.path}`,
      )
    // Where a link leads to is not known yet.
    outer = type === 'link' ? undefined : folder
  }
}

const unsafe = (path: string, purpose: string, reason: string): UserError =>
  new UserError('E_UNSAFE_PATH', `${path} is not safe to ${purpose}: ${reason}`, {
    hint: 'Make one user the owner of all directories in the path, or run the task as the user who owns them: becomeUser.',
  })
