import type { ShellStep } from '../../../core/module.ts'
import { quote, raw, sh } from '../../../core/sh.ts'
import type { FileArgs } from './args.ts'
import { type Had, accessCommands, certainAccess } from '../../shared/access.ts'
import { EXPLAIN, orExplain } from '../../shared/explain.ts'
import { overLink, place, stageName } from '../../shared/place.ts'
import { removing } from '../../shared/remove.ts'
import { type FileState, innermost } from './state.ts'
import { fileAccess, wantedType } from './plan.ts'
import { hardLink } from './hard-link.ts'
import { becomes, differs } from './recurse.ts'
import { changingBelow } from './recurse-script.ts'
import { makeTogether } from './together.ts'

/** The commands that make a path what is wanted. Each may be run again after having been stopped half way. */
export function applyFile(args: FileArgs, state: FileState): ShellStep[] {
  const begin = ['set -eu', EXPLAIN, ...place(args.path, args.state === 'directory')]
  if (args.state === 'absent') return [{ script: [...begin, ...removing(args.path)].join('\n') }]
  if (args.state === 'hard')
    return [{ script: [...begin, ...emptied(args, state), ...hardLink(args)].join('\n') }]
  const lines = state.here.type === wantedType(args, state.here) ? mend(args, state) : make(args, state)
  return [
    {
      script: [...begin, ...lines].join('\n'),
      brief: args.force !== 'remove-tree' && args.recurse !== true,
      joint: makeTogether(args, state),
    },
  ]
}

function mend(args: FileArgs, state: FileState): string[] {
  const isLink = state.here.type === 'link'
  const relink = args.state === 'link' && state.here.target !== args.target
  const wanted = fileAccess(args, state)
  if (relink) return replaceLink(args, accessCommands(wanted, fresh(state), '"$new"', isLink))
  const commands = accessCommands(wanted, state.here, '"$held"', isLink)
  const all = becomes(args, state, wanted)
  return [
    sh`hold ${[args.path, ...(isLink ? ['link'] : [])]}`,
    ...(all.some(differs) ? changingBelow(args, state.access, all) : []),
    ...commands.map((command) => orExplain(command, args.path)),
  ]
}

function make(args: FileArgs, state: FileState): string[] {
  const has = { ...fresh(state), mode: args.state === 'directory' ? '' : '0600' }
  const access = accessCommands(fileAccess(args, state), has, '"$new"', args.state === 'link')
  return [
    ...removal(args, state),
    ...(args.state === 'link' ? replaceLink(args, access) : create(args, access)),
  ]
}

// A file or a link gives way to the new name in one step.
const emptied = (args: FileArgs, state: FileState): string[] =>
  state.here.type === 'directory' ? removal(args, state) : []

function removal({ path, force }: FileArgs, { here }: FileState): string[] {
  if (here.type === 'absent') return []
  // It may have been filled since it was looked at.
  if (here.type === 'directory' && force === 'remove-tree') return removing(path)
  const tool = here.type === 'directory' ? 'rmdir' : 'rm -f'
  return [orExplain(`${tool} -- "$dest"`, path)]
}

const fresh = (state: FileState): Had => certainAccess(state.access, innermost(state))

// Nobody else can open it before it has its owner and mode. Where others can change names it is made in a folder of ours, and
// only moved when it is done; what has appeared there meanwhile is left alone.
function create({ path, state }: FileArgs, access: readonly string[]): string[] {
  const [is, made] = state === 'file' ? ['-e', ': >>"$new"'] : ['-d', '[ -d "$new" ] || mkdir -- "$new"']
  return [
    'umask 077',
    'new=$dest',
    '[ -z "$shared" ] || new=./run-playbook.new',
    `if [ ${is} "$dest" ]; then ${sh`hold ${path}`}; new=$held shared=`,
    `else ${orExplain(`{ ${made}; }`, path)}; fi`,
    ...access.map((command) => orExplain(command, path)),
    `if [ -n "$shared" ]; then ${orExplain('mv -fT -- "$new" "$dest"', path)}; fi`,
  ]
}

// A link cannot be changed, only replaced. Where there is nothing and nobody else can put anything, it is made in its place.
function replaceLink({ path, target = '' }: FileArgs, access: readonly string[]): string[] {
  return [
    'if [ -z "$shared" ] && [ ! -e "$dest" ] && [ ! -L "$dest" ]; then',
    'new=$dest',
    orExplain(`ln -s -- ${quote(target)} "$new"`, path),
    ...access.map((command) => orExplain(command, path)),
    'else',
    sh`[ -n "$shared" ] || { ${raw(sh`stage ${stageName(path)} ${path}`)}; dest=../\${dest#./}; }`,
    'new=./run-playbook.new',
    orExplain(`ln -s -- ${quote(target)} "$new"`, path),
    ...access.map((command) => orExplain(command, path)),
    orExplain(overLink('"$new"'), path),
    'fi',
  ]
}
