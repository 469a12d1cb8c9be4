import { type Group, Secret, type TaskList, file, from, group, user } from 'run-playbook'
import { type Account, type Found, accountsIn } from './look.ts'
import { ROOT } from './shared.ts'
import type { Vars } from './vars.ts'

const NOLOGIN = '/usr/sbin/nologin'
const NO_PASSWORD = new Secret('no password', '*')
const LEFT = new Set(['root', 'sync', 'shutdown', 'halt'])

const isPerson = ({ uid }: Account): boolean => uid >= 1000 && uid <= 60_000
const isSystem = ({ uid }: Account): boolean => uid > 0 && uid <= 999
const hasPassword = ({ password }: Account): boolean => password === 'usable' || password === 'none'

/** The files that hold accounts. */
export const accountFiles = (found: Found): TaskList => [
  from(found.accountFiles, ({ files }) =>
    files.map(({ path }) =>
      file(
        `access to ${path}`,
        path.includes('shadow')
          ? { path, state: 'file', mode: '0640', owner: 'root', group: 'shadow' }
          : { path, state: 'file', mode: '0644', ...ROOT },
      ),
    ),
  ),
]

/** Who may log in, and with how old a password. */
export const accounts = (vars: Vars, found: Found): Group =>
  group({ tags: ['user_accounts'] }, [
    from(found.accounts, (state) => {
      // Accounts of devices have /dev for a home.
      const all = accountsIn(state)
      const kept = all.filter(({ name }) => !LEFT.has(name) && !vars.ignoredAccounts.includes(name))
      const roots = all.filter(({ uid }) => uid === 0)
      const people = kept.filter(isPerson)
      return [
        people.filter((one) => hasAge(one) && !vars.withoutAgeing.includes(one.name)).map(ageing(vars)),
        vars.rootHome && roots.map(home),
        vars.rootAgeing && roots.filter(hasAge).map(ageing(vars)),
        vars.onlyOneRoot &&
          roots
            .filter(({ name }) => name !== 'root')
            .map(({ name }) => user(`no second root ${name}`, { name, state: 'absent' })),
        kept.filter(isSystem).map(noLogin),
        vars.homes && people.filter(({ name }) => !vars.withoutHome.includes(name)).map(home),
      ]
    }),
  ])

const hasAge = ({ password }: Account): boolean => password !== 'locked' && password !== 'disabled'

const home = ({ name, home: path }: Account) =>
  file(`home of ${name}`, { path, state: 'directory', mode: '0700', owner: name })

const ageing =
  (vars: Vars) =>
  ({ name }: Account) =>
    user(`password age of ${name}`, {
      name,
      createHome: false,
      passwordExpireMin: vars.passwordMinDays,
      passwordExpireMax: vars.passwordMaxDays,
      passwordExpireWarn: vars.passwordWarnDays,
    })

const noLogin = (one: Account) =>
  user(`no login for ${one.name}`, {
    name: one.name,
    shell: NOLOGIN,
    createHome: false,
    ...(hasPassword(one) ? { password: NO_PASSWORD } : {}),
  })

/** Files by which other hosts are trusted without a password, or that hold passwords. */
export const trust = (vars: Vars, found: Found): TaskList => [
  from(found.accounts, (state) => {
    const all = accountsIn(state).filter(({ home: path }) => /^\/(?!$|dev(\/|$))/.test(path))
    const netrc = all.filter(({ name }) => !vars.netrcKept.includes(name))
    const homes = (some: readonly Account[]): string[] => [...new Set(some.map(({ home: path }) => path))]
    return [
      group(
        { tags: ['rhosts'] },
        homes(all).map((path) => file(`no ${path}/.rhosts`, { path: `${path}/.rhosts`, state: 'absent' })),
      ),
      group(
        { tags: ['netrc'] },
        homes(netrc).map((path) => file(`no ${path}/.netrc`, { path: `${path}/.netrc`, state: 'absent' })),
      ),
    ]
  }),
  group({ tags: ['rhosts'] }, [file('no hosts.equiv', { path: '/etc/hosts.equiv', state: 'absent' })]),
]
