import type { ShellStep } from '../../../core/module.ts'
import { quote } from '../../../core/sh.ts'
import type { FileArgs } from './args.ts'
import { type Had, accessCommands, certainAccess } from '../../shared/access.ts'
import { EXPLAIN, orExplain } from '../../shared/explain.ts'
import { folderOf } from '../../shared/parent-folders.ts'
import { type FileState, innermost } from './state.ts'
import { fileAccess, wantedType } from './plan.ts'

/** The commands that make a path what is wanted. Each may be run again after having been stopped half way. */
export function applyFile(args: FileArgs, state: FileState): ShellStep[] {
  const path = quote(args.path)
  if (args.state === 'absent')
    return [{ script: [EXPLAIN, orExplain(`rm -rf -- ${path}`, args.path)].join('\n') }]
  const lines = state.here.type === wantedType(args, state.here) ? mend(args, state) : make(args, state)
  return [{ script: ['set -eu', EXPLAIN, ...lines].join('\n') }]
}

function mend(args: FileArgs, state: FileState): string[] {
  const path = quote(args.path)
  const isLink = state.here.type === 'link'
  const relink = args.state === 'link' && state.here.target !== args.target
  const wanted = fileAccess(args, state)
  if (relink) return [...replaceLink(args), ...accessCommands(wanted, fresh(state), path, isLink)]
  const commands = accessCommands(wanted, state.here, path, isLink)
  return commands.map((command) => orExplain(command, args.path))
}

function make(args: FileArgs, state: FileState): string[] {
  const path = quote(args.path)
  const has = { ...fresh(state), mode: args.state === 'directory' ? '' : '0600' }
  return [
    ...removal(args, state),
    ...create(args, path),
    ...accessCommands(fileAccess(args, state), has, path, args.state === 'link'),
  ]
}

function removal({ path, force }: FileArgs, { here }: FileState): string[] {
  if (here.type === 'absent') return []
  // It may have been filled since it was looked at.
  const tool = here.type !== 'directory' ? 'rm -f' : force === 'remove-tree' ? 'rm -rf' : 'rmdir'
  return [orExplain(`${tool} -- ${quote(path)}`, path)]
}

const fresh = (state: FileState): Had => certainAccess(state.access, innermost(state))

// Nobody else can open it before it has its owner and mode.
function create({ path, state, target = '' }: FileArgs, word: string): string[] {
  const made = (command: string): string => orExplain(command, path)
  if (state === 'link') return [made(`ln -s -- ${quote(target)} ${word}`)]
  if (state === 'file') return ['umask 077', made(`[ -e ${word} ] || : >>${word}`)]
  const parent = quote(folderOf(path))
  return ['umask 022', `mkdir -p -- ${parent}`, 'umask 077', made(`[ -d ${word} ] || mkdir -- ${word}`)]
}

// A link cannot be changed, only replaced. Without -T, mv would move the new one into the folder that the old one leads
// to; an mv without -T gets the old link out of the way first.
function replaceLink({ path, target = '' }: FileArgs): string[] {
  const word = quote(path)
  return [
    orExplain(
      `temp=$(mktemp -d ${quote(`${folderOf(path).replace(/\/$/, '')}/.run-playbook.XXXXXX`)})`,
      path,
    ),
    `trap 'rm -rf -- "$temp"' EXIT`,
    `trap 'exit 1' HUP INT TERM`,
    `ln -s -- ${quote(target)} "$temp/link"`,
    `mv -fT -- "$temp/link" ${word} 2>/dev/null || { rm -f -- ${word} && mv -f -- "$temp/link" ${word}; } || explain ${word}`,
  ]
}
