import type { Change } from '../../../core/change.ts'
import { UserError } from '../../../core/errors.ts'
import type { Plan } from '../../../core/module.ts'
import { type Prediction, predict } from '../../../core/probe.ts'
import { sameAccounts } from '../../shared/access.ts'
import { SELF } from '../../shared/account.ts'
import { program } from '../../shared/program.ts'
import { assertSafe, sameFolders } from '../../shared/safe-path.ts'
import { stat } from '../../shared/stat.ts'
import type { AclArgs } from './args.ts'
import { type AccessList, changed, fullList, modeOf, needsMask, ownList } from './list.ts'
import { accessList, differing } from './reader.ts'
import { type AclState, queryOf } from './state.ts'

export function planAcl(args: AclArgs, state: AclState): Plan {
  const { path, etype, permissions, recursive = false } = args
  const list = assertPlace(args, state)
  const entity = entityOf(args, state)
  const isDirectory = state.here.type === 'directory'
  const wanted = changed(list, { ...args, key: `${etype}:${entity}` }, isDirectory)
  const own = differences(args, list, wanted)
  const below = (state.differing ?? 0) - (own.length > 0 ? 1 : 0)
  if (recursive && below > 0) own.push({ what: `below ${path}`, from: `${below} differ`, to: entryOf(args) })
  if (own.length === 0) {
    const there = permissions === undefined ? 'has no entry for' : 'already has'
    return { changes: [], because: `${there} ${entryOf(args)}` }
  }
  return { changes: own, leaves: leaves(args, state, wanted) }
}

const NO_ENTRIES = { access: {}, default: {}, masked: false }

/** @throws UserError when there is no list that can be changed */
function assertPlace(args: AclArgs, { here, above, access, tool, list }: AclState): AccessList {
  const { path, etype, permissions, default: inherited = false } = args
  if (here.type === 'absent')
    throw new UserError('E_NOT_THERE', `${path} does not exist`, {
      hint: 'acl only changes what exists. Create the path in an earlier task.',
    })
  if (here.type === 'link')
    throw new UserError(
      'E_OTHER_KIND',
      `${path} is a link to ${here.target}, which has no access control list of its own`,
      { hint: 'Use the path of the target of the link.' },
    )
  if (inherited && here.type !== 'directory')
    throw new UserError(
      'E_NOT_A_DIRECTORY',
      `${path} is a ${here.type}, and only directories have default entries`,
    )
  assertSafe(path, above, access)
  if (!tool)
    throw new UserError('E_NO_SETFACL', 'there is no setfacl on this host', {
      hint: "Install it in an earlier task: packages('acl', { names: ['acl'] })",
    })
  const full = fullList(list ?? NO_ENTRIES, here.mode ?? '0000')
  if (etype === 'mask' && permissions === undefined && needsMask(full[inherited ? 'default' : 'access']))
    throw new UserError(
      'E_BAD_ARGUMENT',
      `the mask of ${path} cannot be removed while users or groups have entries`,
      {
        hint: 'Remove their entries first.',
      },
    )
  return full
}

/** The number of the account, empty for none. @throws UserError when the host has no such user or group */
export function entityOf({ etype, entity }: AclArgs, { access }: AclState): string {
  if (entity === undefined) return ''
  const known = access.accounts[`${etype}:${entity}`]
  if (known !== undefined) return String(known.id)
  throw new UserError('E_NO_ACCOUNT', `there is no ${etype} ${entity} on the host`, {
    hint: 'Create it in an earlier task, or use the numeric ID.',
  })
}

const nameOf = ({ etype, entity, default: inherited = false }: AclArgs): string =>
  `${inherited ? 'default ' : ''}${etype}${entity === undefined ? '' : ` ${entity}`}`

const entryOf = (args: AclArgs): string => [nameOf(args), args.permissions ?? 'absent'].join(' ')

/** What changes of the path itself: the entry as it was asked for, and what comes with it, such as the mask. */
function differences(args: AclArgs, from: AccessList, to: AccessList): Change[] {
  const asked = nameOf(args)
  const listed = (['access', 'default'] as const).flatMap((which) => {
    const keys = Object.keys({ ...from[which], ...to[which] })
    return keys.flatMap((key): Change[] => {
      const [was = 'absent', is = 'absent'] = [from[which][key], to[which][key]]
      if (was === is) return []
      const [etype = '', id = ''] = key.split(':')
      const isAsked = which === (args.default === true ? 'default' : 'access') && isEntry(args, etype, id)
      const plain = `${which === 'default' ? 'default ' : ''}${etype}${id === '' ? '' : ` ${id}`}`
      return [{ what: isAsked ? asked : plain, from: was, to: is }]
    })
  })
  return listed.toSorted((a, b) => Number(b.what === asked) - Number(a.what === asked))
}

// A task names one account: an entry that changes and has one is its own.
const isEntry = ({ etype, entity }: AclArgs, is: string, id: string): boolean =>
  etype === is && (entity === undefined) === (id === '')

function leaves(args: AclArgs, state: AclState, list: AccessList): Prediction[] {
  const { path, recursive = false } = args
  const { here, above, access } = state
  const mode = modeOf(list, here.mode ?? '0000')
  // The kernel may take setgid away from a file whose group a user is not in.
  const isCertain = access.accounts[SELF.user]?.id === 0 || Number.parseInt(mode, 8) < 0o1000
  return [
    predict(accessList, path, ownList(list)),
    ...(isCertain ? [predict(stat, path, { ...here, mode })] : []),
    predict(program, 'setfacl', true),
    ...(recursive ? [predict(differing, queryOf(args), 0)] : []),
    ...sameFolders(above),
    ...sameAccounts(access),
  ]
}
