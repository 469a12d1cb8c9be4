import { type Task, facts, find, shell } from 'run-playbook'
import type { Vars } from './vars.ts'

/** An account of /etc/passwd, with what /etc/shadow says of its password. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly home: string
  /** `locked` with a `!`, `disabled` with a `*`. The hash itself stays on the host. */
  readonly password: string
}

const ACCOUNTS = `awk -F: '
NR == FNR { is[$1] = $2 == "" ? "none" : $2 ~ /^!/ ? "locked" : $2 ~ /^[*]/ ? "disabled" : "usable"; next }
{ print $1 ":" $3 ":" $6 ":" is[$1] }' /etc/shadow /etc/passwd`

const ACCOUNT_FILES = ['passwd', 'group', 'shadow', 'gshadow'].flatMap((name) => [name, `${name}-`])

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** Everything that the role asks of the host, before its first change. */
export function look({ programFolders, setuidRemoved }: Vars) {
  const open = { paths: programFolders, exactMode: false }
  const programs = {
    paths: [...new Set(setuidRemoved.map(folderOf))],
    patterns: setuidRemoved.map(nameOf),
    exactMode: false,
  }
  return {
    os: facts.os('operating system'),
    disks: facts.disks('mounted file systems'),
    efi: find('EFI', { paths: '/sys/firmware', patterns: 'efi', fileType: 'directory' }),
    accounts: shell('accounts', { script: ACCOUNTS, changes: false }),
    accountFiles: find('account files', { paths: '/etc', patterns: ACCOUNT_FILES }),
    cron: find('cron files', {
      paths: '/etc',
      patterns: [/^cron\.(hourly|daily|weekly|monthly|d)$/, 'crontab'],
      fileType: 'any',
    }),
    openToGroup: find('programs that their group may write', { ...open, mode: '0020' }),
    openToAll: find('programs that everybody may write', { ...open, mode: '0002' }),
    setuid: find('programs with setuid', { ...programs, mode: '4000' }),
    setgid: find('programs with setgid', { ...programs, mode: '2000' }),
    allSetuid: find('all programs with setuid', {
      paths: '/usr',
      recurse: true,
      mode: '4000',
      exactMode: false,
    }),
    allSetgid: find('all programs with setgid', {
      paths: '/usr',
      recurse: true,
      mode: '2000',
      exactMode: false,
    }),
  }
}

export type Found = ReturnType<typeof look>

export function accountsIn({ stdout }: { readonly stdout: string }): Account[] {
  return stdout.split('\n').flatMap((line) => {
    const [name = '', uid = '', home = '', password = ''] = line.split(':')
    return name === '' ? [] : [{ name, uid: Number(uid), home, password }]
  })
}

/** Reads come first. */
export const looks = ({ allSetuid, allSetgid, ...always }: Found, { setuidUnknown }: Vars): Task[] => [
  ...Object.values(always),
  ...(setuidUnknown ? [allSetuid, allSetgid] : []),
]
