import { type Probe, ask, askAll, known } from '../../../core/probe.ts'
import { type AccessState, probeAccess } from '../../shared/access.ts'
import { program } from '../../shared/program.ts'
import { type ParentFolder, probeFolders } from '../../shared/safe-path.ts'
import { type Stat, stat } from '../../shared/stat.ts'
import type { AclArgs } from './args.ts'
import type { OwnList } from './list.ts'
import { accessList, differing, differingKey } from './reader.ts'

/** What is at the path, and its access control list. */
export interface AclState {
  readonly here: Stat
  /** From the outermost to the one that it lies in. */
  readonly above: readonly ParentFolder[]
  readonly access: AccessState
  /** Whether the host has setfacl. */
  readonly tool: boolean
  /** Undefined also where it will be made by an earlier task. */
  readonly list: OwnList | undefined
  /** With `recursive`: how many differ, the path itself among them. */
  readonly differing: number | undefined
}

export const probeAcl = (args: AclArgs): Probe<AclState> =>
  askAll<AclState>({
    here: ask(stat, args.path),
    above: probeFolders(args.path),
    access: probeAccess(accountOf(args)),
    tool: ask(program, 'setfacl'),
    list: ask(accessList, args.path),
    differing: args.recursive === true ? ask(differing, queryOf(args)) : known(0),
  })

const accountOf = ({ etype, entity }: AclArgs): object =>
  entity === undefined ? {} : etype === 'user' ? { owner: entity } : { group: entity }

/** The question of what differs below. */
export const queryOf = (args: AclArgs): string =>
  differingKey(args.path, setfaclOptions(args, String(args.entity ?? '')))

/** What setfacl is told, with the name or the number of the account. */
export function setfaclOptions(args: AclArgs, entity: string): string[] {
  const { etype, permissions, default: inherited = false, recalculateMask = true } = args
  const entry = [...(inherited ? ['d'] : []), etype.slice(0, 1), entity]
  return [
    ...(recalculateMask ? [] : ['-n']),
    ...(permissions === undefined
      ? ['-x', (etype === 'mask' ? entry.slice(0, -1) : entry).join(':')]
      : ['-m', [...entry, permissions].join(':')]),
  ]
}
