import { type Keeps, type Module, defineModule } from '../../../core/module.ts'
import { type Resource, paths } from '../../../core/resource.ts'
import { ACCOUNT_FILES, SELF, account, groups, users } from '../../shared/account.ts'
import { sha256 } from '../../shared/sha256.ts'
import { stat } from '../../shared/stat.ts'
import { readBody } from '../../shared/text.ts'
import { ageing } from '../shared/ageing.ts'
import { SHADOW_FILES } from '../shared/account-files.ts'
import { crontab } from '../shared/crontab.ts'
import { isSshFile } from '../shared/ssh-file/reader.ts'
import { userEntry } from '../shared/user-entry.ts'
import { applyUser } from './apply.ts'
import { type UserArgs, args, homeOf } from './args.ts'
import { isBeside } from './leaves.ts'
import { planUser } from './plan.ts'
import { type UserState, probeUser } from './state.ts'

/**
 * A user of the host, made with useradd and its like, or with adduser on a host that has only BusyBox.
 *
 * As in Ansible, `groups` is the whole list unless `append` is true, and the home folder is made unless `createHome` is
 * false. A new user has a group of its own. BusyBox cannot change the number, primary group, home, shell or comment of a
 * user that exists: install the package `shadow` for that. What is in a home folder is not moved.
 *
 * @dryRun Reads the accounts of the host and names what differs; of a password only that it does. Later tasks see the user with
 * its number, its group and its home folder, so they can give files to it. The home folder is not foretold if directories above
 * it are missing, or if the number of an existing user changes.
 *
 * @example
 * user('app', { name: 'app', system: true, home: '/srv/app', shell: '/usr/sbin/nologin', groups: ['docker'], append: true })
 *
 * @example
 * // Later tasks can name it, in a dry run too.
 * const app = user('app', { name: 'app' })
 * return [app, file('data', { path: '/srv/data', state: 'directory', owner: 'app', group: 'app' })]
 */
export const user: Module<UserArgs, UserState> = defineModule({
  name: 'user',
  args,
  ansible: { user: 'name', remove: 'removeHome' },
  probe: probeUser,
  plan: planUser,
  apply: applyUser,
  touches,
  keeps,
})

function touches(given: UserArgs, state: UserState | undefined): readonly Resource[] {
  const { name, uid, group, createHome, removeHome, state: wanted } = given
  const absent = state !== undefined && state.entry === undefined
  const named = [name, ...(group === undefined ? [] : [group]), ...(given.groups ?? [])]
  const home =
    wanted === 'absent' ? removeHome === true : createHome !== false || (uid !== undefined && !absent)
  return [
    users.at(name),
    ...named.map((one) => groups.at(one)),
    ...ACCOUNT_FILES,
    ...SHADOW_FILES,
    paths.at(`/var/mail/${name}`),
    paths.at(`/var/spool/mail/${name}`),
    ...(home ? [paths.below(homeOf(given))] : []),
  ]
}

/** Other accounts stay what they are, and so does what a new home folder does not get from /etc/skel. */
function keeps({ name, state: wanted, home }: UserArgs, state: UserState | undefined): Keeps {
  const other = otherAccount(name, state)
  return ({ reader, key }) => {
    if (reader === userEntry || reader === ageing || isSshFile(reader)) return key !== name
    if (reader === account) return other(key)
    if (reader === crontab) return wanted !== 'absent' || key !== name
    if (wanted === 'absent' || state === undefined || state.entry !== undefined) return false
    if (reader !== stat && reader !== readBody && reader !== sha256) return false
    return isBeside(homeOf({ name, home }), state.tools.skeleton, key)
  }
}

// A number may become its own, or cease to be.
function otherAccount(name: string, state: UserState | undefined): (key: string) => boolean {
  const numbers = state === undefined || state.entry !== undefined
  return (key) =>
    key === SELF.user ||
    key === SELF.group ||
    (key !== `user:${name}` && key !== `group:${name}` && !(numbers && /:\d+$/.test(key)))
}
