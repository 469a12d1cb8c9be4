import { type Group, type TaskList, file, from, group, paths, sh, shell } from 'run-playbook'
import { type Account, type Found, accountsIn, wordsIn } from './look.ts'
import { ROOT } from './shared.ts'
import type { Vars } from './vars.ts'

const NOLOGIN = '/usr/sbin/nologin'
const ACCESS = { passwd: '0644', group: '0644', shadow: '0640', gshadow: '0640' } as const
type Name = keyof typeof ACCESS
const isName = (name: string): name is Name => name in ACCESS

const isPerson = ({ uid }: Account): boolean => uid >= 1000 && uid <= 60_000
const isSystem = ({ uid }: Account): boolean => uid > 0 && uid <= 999

const access = (name: Name, suffix = '') =>
  file(`access to ${name}${suffix}`, {
    path: `/etc/${name}${suffix}`,
    state: 'file',
    mode: ACCESS[name],
    owner: 'root',
    group: name.endsWith('shadow') ? 'shadow' : 'root',
  })

// chage and passwd write the one, usermod both.
const SHADOW = ['/etc/shadow', '/etc/shadow-'].map(paths.at)
const PASSWD = ['/etc/passwd', '/etc/passwd-'].map(paths.at)

/** Accounts, and the files that hold them. */
export const accounts = (vars: Vars, found: Found): Group =>
  group({ tags: ['accounts'] }, [
    (Object.keys(ACCESS) as Name[]).map((name) => access(name)),
    from(found.backups, (state) =>
      wordsIn(state)
        .filter(isName)
        .map((name) => access(name, '-')),
    ),
    file('home of root', { path: '/root', state: 'directory', mode: '0700', ...ROOT }),
    file('no hosts.equiv', { path: '/etc/hosts.equiv', state: 'absent' }),
    from(found.accounts, (state) => {
      const all = accountsIn(state)
      const kept = all.filter(({ name }) => !vars.ignoredAccounts.includes(name))
      return [
        all.filter((one) => isPerson(one) || one.uid === 0).map(noTrust),
        kept
          .filter(isPerson)
          .map(({ name, home }) =>
            file(`home of ${name}`, { path: home, state: 'directory', mode: '0700', owner: name }),
          ),
        kept
          .filter((one) => isPerson(one) && one.password === 'usable' && isTooOld(one, vars))
          .map(ageing(vars)),
        kept.filter((one) => isSystem(one) && one.shell !== NOLOGIN).map(noShell),
        kept.filter((one) => isSystem(one) && one.password !== 'locked').map(locked),
      ]
    }),
  ])

/** Files by which other hosts are trusted without a password, or that hold passwords. */
const noTrust = ({ name, home }: Account): TaskList =>
  ['.rhosts', '.netrc'].map((base) =>
    file(`no ${base} of ${name}`, { path: `${home}/${base}`, state: 'absent' }),
  )

const isTooOld = (account: Account, wanted: Vars): boolean =>
  account.minDays !== wanted.passwordMinDays ||
  account.maxDays !== wanted.passwordMaxDays ||
  account.warnDays !== wanted.passwordWarnDays

const ageing =
  ({ passwordMinDays, passwordMaxDays, passwordWarnDays }: Vars) =>
  ({ name }: Account) =>
    shell(
      `password age of ${name}`,
      { script: sh`chage -m ${passwordMinDays} -M ${passwordMaxDays} -W ${passwordWarnDays} ${name}` },
      { touches: SHADOW },
    )

const noShell = ({ name }: Account) =>
  shell(
    `no shell for ${name}`,
    { script: sh`usermod -s ${NOLOGIN} ${name}` },
    { touches: [...SHADOW, ...PASSWD] },
  )

const locked = ({ name }: Account) =>
  shell(
    `no password for ${name}`,
    { script: sh`usermod -p '*' ${name}` },
    { touches: [...SHADOW, ...PASSWD] },
  )
