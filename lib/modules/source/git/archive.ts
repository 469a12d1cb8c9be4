import type { Change } from '../../../core/change.ts'
import type { ShellStep } from '../../../core/module.ts'
import {
  type Prediction,
  type Probe,
  type Reader,
  type Reply,
  ask,
  askAll,
  predict,
  readerOfOne,
} from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { quote, sh } from '../../../core/sh.ts'
import { applyInstall } from '../../shared/apply-install.ts'
import { type Install, type InstallState, planInstall, probeInstall } from '../../shared/install.ts'
import { sha256 } from '../../shared/sha256.ts'
import { archiveFormat } from './archive-format.ts'
import type { Git } from './args.ts'
import { own, seesGit } from './checkout.ts'
import { prelude } from './script.ts'
import { isCommit } from './url.ts'

/** The archive of a checkout. */
export interface GitArchive {
  readonly file: InstallState
  /** The commit that it is a whole archive of. Undefined where there is none, or where it is of something else. */
  readonly commit: string | undefined
}

const keyOf = ({ dest, archive, archivePrefix }: Git): string =>
  JSON.stringify({ dest, archive, archivePrefix })

type Asked = Pick<Git, 'dest' | 'archive' | 'archivePrefix'>

/** Git writes the commit into an archive. It is made once more, and compared. */
const archived: Reader<string | undefined> = readerOfOne<string | undefined>({
  name: 'git archive',
  ask: (key) => {
    const given = JSON.parse(key) as Asked
    return [
      sh`archive=${given.archive ?? ''}`,
      '[ -f "$archive" ] && [ ! -L "$archive" ] || { echo none; exit 0; }',
      ...prelude(given.dest, { environment: {} }, true),
      // Where there is no checkout, what it says is no commit.
      `( ${own(given.dest, '.git').join('\n')}`,
      commitOf(given),
      'git cat-file -e "$commit^{commit}" 2>/dev/null || { echo none; exit 0; }',
      `is=$(sha256sum <"$archive"); wanted=$(${write(given, '"$commit"')} | sha256sum)`,
      '[ "$is" = "$wanted" ] || commit=none',
      'echo "$commit" )',
    ].join('\n')
  },
  parse: ({ stdout }: Reply) => {
    const said = stdout.toString().trim()
    return isCommit(said) ? said : undefined
  },
  sees: (key) => {
    const { dest, archive = '' } = JSON.parse(key) as Asked
    return [paths.at(archive), ...seesGit(dest)]
  },
})

const formatOf = ({ archive = '' }: Asked) => archiveFormat(archive) ?? 'tar'

// The comment of a zip comes last.
const commitOf = (given: Asked): string =>
  ({
    tar: 'commit=$(git get-tar-commit-id <"$archive" 2>/dev/null) || commit=none',
    'tar.gz':
      'commit=$(gzip -d -c <"$archive" 2>/dev/null | git get-tar-commit-id 2>/dev/null) || commit=none',
    zip: `commit=$(tail -c 40 "$archive" | tr -dc '0-9a-f'); commit=\${commit:-none}`,
  })[formatOf(given)]

const write = (given: Asked, commit: string): string =>
  sh`git archive --format=${formatOf(given)} ${given.archivePrefix === undefined ? [] : [`--prefix=${given.archivePrefix}`]} ${{ raw: commit }}`

/** Nothing is known of its bytes before it is made. */
const installOf = (given: Git, commit: string): Install => ({
  dest: given.archive ?? '',
  payload: {
    sha256: '',
    size: 0,
    stdin: '',
    text: undefined,
    secret: false,
    download: [
      ...prelude(given.dest, { environment: {} }, false),
      `( cd -P -- ${quote(given.dest)} && ${write(given, quote(commit))} ) >"$temp" || exit 1`,
    ],
  },
})

export const probeArchive = (given: Git): Probe<GitArchive> =>
  askAll<GitArchive>({ file: probeInstall(installOf(given, 'HEAD')), commit: ask(archived, keyOf(given)) })

/** @throws UserError unless it can be written */
export function archiveChanges(
  given: Git,
  { file, commit: is }: GitArchive,
  commit: string,
): readonly Change[] {
  if (is === commit) return []
  planInstall(installOf(given, commit), file)
  const from = file.here.type === 'absent' ? 'absent' : is === undefined ? 'other content' : is.slice(0, 12)
  return [{ what: `archive ${given.archive ?? ''}`, from, to: commit.slice(0, 12) }]
}

export function archiveLeaves(
  given: Git,
  { file, commit: is }: GitArchive,
  commit: string,
): readonly Prediction[] {
  const { leaves = [] } = planInstall(installOf(given, commit), file)
  const isHash = ({ question: { reader } }: Prediction): boolean => reader === sha256
  return [...leaves.filter((one) => is !== commit && !isHash(one)), predict(archived, keyOf(given), commit)]
}

export const archiveSteps = (given: Git, { file, commit: is }: GitArchive, commit: string): ShellStep[] =>
  is === commit ? [] : applyInstall(installOf(given, commit), file)
