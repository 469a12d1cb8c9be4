import type { ShellStep } from '../../../core/module.ts'
import { quote, raw, sh } from '../../../core/sh.ts'
import { applyFile } from '../../files/file/apply.ts'
import { accessCommands, certainAccess, ownerCommands } from '../../shared/access.ts'
import { applyInstall, hold, renaming } from '../../shared/apply-install.ts'
import { EXPLAIN } from '../../shared/explain.ts'
import { type Install, type InstallState, installAccess, planInstall } from '../../shared/install.ts'
import { keepAttributes } from '../../shared/keep-attributes.ts'
import { place, stageName } from '../../shared/place.ts'
import { type SshKeypairArgs, fitsComment, publicPath, wantedKey } from './args.ts'
import { removals } from './plan.ts'
import type { SshKeypairState } from './state.ts'
import { type KeypairWork, workOf } from './work.ts'
import { restoreLabels } from '../../shared/labels.ts'

/** The private key goes first: where only one of the two could be changed, the next run mends the public one. */
export function applyKeypair(given: SshKeypairArgs, state: SshKeypairState): ShellStep[] {
  const files = [state.secretFile, state.openFile] as const
  if (given.state === 'absent')
    return removals(given).flatMap((args, i) => applyFile(args, { ...files[i === 0 ? 0 : 1], entries: 0 }))
  const work = workOf(given, state)
  if (work.generates) return [generate(given, state, work)]
  return [work.secret, work.open].flatMap((install, i) => {
    const file = files[i === 0 ? 0 : 1]
    return planInstall(install, file).changes.length === 0 ? [] : applyInstall(install, file)
  })
}

// Both files are made in a folder of ours beside them, and moved when they are done. `$dest` and `$temp` are what the shared
// commands work with: first the private key, then the public one.
function generate(given: SshKeypairArgs, state: SshKeypairState, work: KeypairWork): ShellStep {
  const { path } = given
  const { type, size } = wantedKey(given)
  const old = state.files.shown?.comment ?? state.comment
  const comment = given.comment ?? (fitsComment(old) ? old : '')
  const bits = type === 'ed25519' ? '' : ` -b ${size}`
  const lines = [
    'set -eu',
    'LC_ALL=C; export LC_ALL',
    EXPLAIN,
    ...place(path),
    sh`if [ -z "$shared" ]; then ${raw(sh`stage ${stageName(path)} ${path}`)}; dest=../\${dest#./}; fi`,
    'umask 077',
    `ssh-keygen -q -t ${type}${bits} -N '' -C ${quote(comment)} -f ./run-playbook.key </dev/null >&2`,
    'key=$dest',
    'temp=./run-playbook.key',
    ...readied(work.secret, state.secretFile),
    ...unchanged(path, state.secretFile),
    'dest=$key.pub',
    'temp=./run-playbook.key.pub',
    ...readied(work.open, state.openFile),
    'dest=$key',
    'temp=./run-playbook.key',
    ...renaming(path, false),
    'trap leave EXIT',
    'dest=$key.pub',
    'temp=./run-playbook.key.pub',
    ...renaming(publicPath(given), false),
    'leave',
    restoreLabels(sh`${[path, publicPath(given)]}`),
  ]
  return { script: lines.join('\n'), explains: true }
}

/** Mode and owner of a new file, before it is where others can see it. */
function readied(install: Install, state: InstallState): string[] {
  const wanted = installAccess(install, state)
  const fresh = certainAccess(state.access, state.folder)
  if (state.here.type !== 'file') return accessCommands(wanted, fresh, '"$temp"')
  return [
    ...hold(install.dest, 'read'),
    ...ownerCommands(wanted, fresh, '"$temp"'),
    ...keepAttributes('"$held"', { from: state.here.mode ?? wanted.mode, to: wanted.mode }),
  ]
}

/** A key that somebody made meanwhile is not lost. */
function unchanged(path: string, { here, sha256 = '' }: InstallState): string[] {
  const refuse = `{ echo ${quote(`${path} was changed meanwhile, and is left as it is: run the playbook again`)} >&2; exit 1; }`
  if (here.type !== 'file') return [`[ ! -e "$dest" ] && [ ! -L "$dest" ] || ${refuse}`]
  return [`is=$(sha256sum <"$held")`, `[ "\${is%% *}" = ${quote(sha256)} ] || ${refuse}`]
}
