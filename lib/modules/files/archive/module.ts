import { UserError } from '../../../core/errors.ts'
import { type Module, type Plan, defineModule } from '../../../core/module.ts'
import { type Probe, ask, askAll, predict } from '../../../core/probe.ts'
import { applyInstall } from '../../shared/apply-install.ts'
import {
  type Install,
  type InstallState,
  planInstall,
  probeInstall,
  touchesOfInstall,
} from '../../shared/install.ts'
import { program } from '../../shared/program.ts'
import { type ParentFolder, assertSafe, probeFolders, sameFolders } from '../../shared/safe-path.ts'
import { sha256 } from '../../shared/sha256.ts'
import { formatOf } from '../unarchive/format.ts'
import { PACKERS } from './format.ts'
import { type Archive, type ArchiveArgs, args } from './args.ts'
import { type Compared, compared, comparedKey } from './reader.ts'
import { type Contents, write } from './script.ts'

/** An archive, and how it compares with what is to be in it. */
export interface ArchiveState {
  readonly file: InstallState
  readonly compared: Compared
  /** The folders that the paths lie in. */
  readonly above: Readonly<Record<string, readonly ParentFolder[]>>
  /** Whether the host has the programs that it takes, by name. */
  readonly programs: Readonly<Record<string, boolean>>
}

/**
 * Makes an archive of files and directories of the host, on the host. It is made anew only if what is to be in it changed: content, names, modes,
 * owners or times.
 *
 * As in Ansible, names in the archive begin in the innermost directory that all paths lie in, and links are archived as links. Unlike in Ansible, the
 * name of `dest` says the format; a single file becomes an archive too, as with `force_archive`; a path that is missing is an error, unless all are missing and
 * the archive is there; a new archive can be read by its owner alone; and patterns in `path` are for `find`. Needs a tar that takes a list of names: on Alpine, the package `tar`. A `.zip` needs the program `zip`, has no owners and times of two seconds, and
 * is made in the folder for temporary files to be compared. `remove` is not available: use `file` with
 * `state: 'absent'` afterwards.
 *
 * Whoever can write to a directory of `path` chooses what is in it. To compare, all of it is read, in a dry run too. That must not take more than a minute.
 *
 * @dryRun Would change if `dest` is missing, or if it differs from what would be packed now: all of that is read on the host,
 * and nothing is written to `dest`. Unknown if an earlier task would change something in `path`. The new archive is not
 * foretold: later tasks that read it are unknown.
 *
 * @throws UserError E_NO_FILE, E_NO_ARCHIVER
 *
 * @example
 * archive('configuration', { path: ['/etc/nginx', '/etc/ssl'], dest: '/var/backups/web.tar.gz', exclusionPatterns: ['*.key'] })
 */
export const archive: Module<ArchiveArgs, ArchiveState> = defineModule({
  name: 'archive',
  args,
  probe,
  plan,
  apply: (given, state) => applyInstall(installOf(given, state), state.file),
  touches: (given) => touchesOfInstall({ ...given, payload: payloadOf(given) }),
})

const contentsOf = ({ root, paths, excludePath = [], exclusionPatterns = [], dest }: Archive): Contents => ({
  root,
  paths,
  excludePath,
  exclusionPatterns,
  format: formatOf(dest) ?? 'tar',
})
const keyOf = (given: Archive): string => comparedKey(contentsOf(given), given.dest)
const programsOf = ({ dest }: Archive): readonly string[] => PACKERS[formatOf(dest) ?? 'tar']

/** What may be read by few must not be read by all in the archive: it is written like a secret. */
const payloadOf = (given: Archive): Install['payload'] => ({
  sha256: '',
  size: 0,
  stdin: '',
  text: undefined,
  secret: true,
  download: write(contentsOf(given)),
})

const installOf = (given: Archive, state: ArchiveState): Install => {
  const { dest, mode, owner, group } = given
  const payload = payloadOf(given)
  const { same, missing } = state.compared
  const stays = same || missing.length > 0
  return {
    dest,
    mode,
    owner,
    group,
    payload: stays ? { ...payload, sha256: state.file.sha256 ?? '' } : payload,
  }
}

function probe(given: Archive): Probe<ArchiveState> {
  const { dest, mode, owner, group } = given
  return askAll<ArchiveState>({
    file: probeInstall({ dest, mode, owner, group, payload: payloadOf(given) }),
    compared: ask(compared, keyOf(given)),
    above: askAll(Object.fromEntries(given.paths.map((path) => [path, probeFolders(path)]))),
    programs: askAll(Object.fromEntries(programsOf(given).map((name) => [name, ask(program, name)]))),
  })
}

function plan(given: Archive, state: ArchiveState): Plan {
  const { missing, same } = state.compared
  const { dest, paths } = given
  const isThere = state.file.here.type === 'file'
  const gone = missing.length === paths.length && isThere
  if (missing.length > 0 && !gone)
    throw new UserError('E_NO_FILE', `${missing.join(', ')} cannot be archived: there is no such file`, {
      hint: 'Correct the path, or leave it out.',
    })
  if (!gone) assertPossible(given, state)
  const done = planInstall(installOf(given, state), state.file)
  if (done.changes.length === 0)
    return {
      changes: [],
      because: gone ? `${dest} is there, and what it was made of is gone` : `${dest} is the same`,
    }
  const differs = !gone && !same
  const isHash = ({ question }: { question: { reader: unknown; key: string } }): boolean =>
    question.reader === sha256 && question.key === dest
  return {
    changes: done.changes.map((one) =>
      one.what === 'content'
        ? { what: 'content', from: isThere ? 'other files' : 'absent', to: `archive of ${paths.join(', ')}` }
        : one,
    ),
    leaves: [
      ...(done.leaves ?? []).filter((one) => !differs || !isHash(one)),
      predict(compared, keyOf(given), { ...state.compared, same: !gone }),
      ...Object.values(state.above).flatMap(sameFolders),
      ...Object.entries(state.programs).map(([name, is]) => predict(program, name, is)),
    ],
  }
}

function assertPossible(given: Archive, state: ArchiveState): void {
  const { paths, dest } = given
  const { above, file, programs } = state
  for (const path of paths) assertSafe(path, above[path] ?? [], file.access, 'read')
  const lacking = Object.entries(programs).flatMap(([name, is]) => (is ? [] : [name]))
  if (lacking.length > 0)
    throw new UserError('E_NO_ARCHIVER', `the host has no ${lacking.join(' and no ')}`, {
      hint: 'Install it in an earlier task: the package has the same name, but for xz, which is xz-utils on Debian.',
    })
  if (!state.compared.possible)
    throw new UserError(
      'E_NO_ARCHIVER',
      `the ${programsOf(given).join(' or the ')} of the host cannot make ${dest}`,
      {
        hint: 'It is that of BusyBox: install the package tar, or xz, in an earlier task.',
      },
    )
}
