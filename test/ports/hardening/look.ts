import { type Deferred, type Task, command, facts, from, quote, sh, shell } from 'run-playbook'
import type { Vars } from './vars.ts'

/** An account of /etc/passwd, with what /etc/shadow says beside the hash. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly home: string
  readonly shell: string
  /** `usable`, `locked` or `none`: the hash itself stays on the host. */
  readonly password: string
  readonly minDays: number
  readonly maxDays: number
  readonly warnDays: number
}

const ACCOUNTS = `getent shadow | awk -F: '
NR == FNR { age[$1] = ($2 == "" ? "none" : $2 ~ /^[!*]/ ? "locked" : "usable") ":" $4 ":" $5 ":" $6; next }
{ print $1 ":" $3 ":" $6 ":" $7 ":" age[$1] }' - /etc/passwd`

export const MODULI = '/etc/ssh/moduli'
export const RSA_KEY = '/etc/ssh/ssh_host_rsa_key'

/**
 * Everything that the role asks of the host, before its first change: what a command finds after a change is unknown in a
 * dry run.
 */
export function look({ programFolders, noSetuid, moduliBits, sysctl }: Vars) {
  const changes = false
  const setuid = `for f in ${noSetuid.map(quote).join(' ')}; do
  [ ! -e "$f" ] || find "$f" -perm /6000 -printf '%m %p\\n'
done`
  return {
    packages: facts.packages('installed packages'),
    disks: facts.disks('mounted file systems'),
    accounts: shell('accounts', { script: ACCOUNTS, changes }),
    openPrograms: command('programs that others may write', {
      argv: ['find', ...programFolders, '-perm', '/go+w', '-type', 'f', '-printf', '%m %p\\n'],
      changes,
    }),
    setuid: shell('programs with setuid', { script: setuid, changes }),
    backups: shell('old account files', {
      script: 'for f in passwd group shadow gshadow; do [ ! -e "/etc/$f-" ] || echo "$f"; done',
      changes,
    }),
    rsaBits: shell('bits of the RSA host key', {
      script: sh`[ ! -e ${RSA_KEY} ] || ssh-keygen -lf ${RSA_KEY} | cut -d' ' -f1`,
      changes,
    }),
    weakModuli: shell('weak Diffie-Hellman groups', {
      script: sh`[ ! -e ${MODULI} ] || awk ${`!/^#/ && $5 < ${moduliBits}`} ${MODULI} | wc -l`,
      changes,
    }),
    kernel: command('kernel settings now', { argv: ['sysctl', '-e', ...Object.keys(sysctl)], changes }),
  }
}

export type Found = ReturnType<typeof look>

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '')

/** Words, one a line. */
export const wordsIn = ({ stdout }: { readonly stdout: string }): string[] => linesOf(stdout)

export function accountsIn({ stdout }: { readonly stdout: string }): Account[] {
  return linesOf(stdout).map((line) => {
    const [name = '', uid = '', home = '', login = '', password = '', ...days] = line.split(':')
    const [minDays = NaN, maxDays = NaN, warnDays = NaN] = days.map(Number)
    return { name, uid: Number(uid), home, shell: login, password, minDays, maxDays, warnDays }
  })
}

/** `755 /usr/bin/x`, as find prints it. */
export function modesIn({ stdout }: { readonly stdout: string }): { path: string; mode: number }[] {
  return linesOf(stdout).map((line) => {
    const at = line.indexOf(' ')
    return { path: line.slice(at + 1), mode: Number.parseInt(line.slice(0, at), 8) }
  })
}

/** Four octal digits. */
export const octal = (mode: number): string => mode.toString(8).padStart(4, '0')

/** Whether the kernel has another value of a setting than wanted. */
export const kernelDiffers = (found: Found['kernel'], wanted: Vars['sysctl']): Deferred<boolean> =>
  from(found, (state) =>
    wordsIn(state).some((line) => {
      const [name = '', value = ''] = line.split(/ = ?/)
      return value.replaceAll('\t', ' ') !== String(wanted[name])
    }),
  )

/** Reads come first. */
export const looks = (found: Found): Task[] => Object.values(found)
