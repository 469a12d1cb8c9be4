import type { Reader } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { sh } from '../../../core/sh.ts'
import { ACCOUNT_FILES, users } from '../../shared/account.ts'

/** After how many days a password may, and has to be changed, and is warned of. -1: never. */
export interface PasswordAgeing {
  readonly min: number
  readonly max: number
  readonly warn: number
}

/** By name; `undefined` where /etc/shadow has no such user, or may not be read. */
export const ageing: Reader<PasswordAgeing | undefined> = {
  name: 'password ageing',
  ask: (names) =>
    `${SCRIPT}\nfor name in ${names.map((name) => sh`${name}`).join(' ')}; do look; done\nexit 0`,
  parse: ({ stdout }, names) => {
    const lines = stdout.toString().split('\n')
    return names.map((_, i) => parseLine(lines[i] ?? ''))
  },
  sees: (name) => [users.at(name), ...ACCOUNT_FILES, paths.at('/etc/shadow')],
}

const SCRIPT = `look() {
  { [ -r /etc/shadow ] && awk -F: -v name="$name" '($1 "") == (name "") { print "#" $4 ":" $5 ":" $6; found = 1; exit } END { exit !found }' /etc/shadow; } || echo none
}`

function parseLine(line: string): PasswordAgeing | undefined {
  const days = /^#(-?\d{0,9}):(-?\d{0,9}):(-?\d{0,9})$/.exec(line)
  if (days === null) return undefined
  const [min = -1, max = -1, warn = -1] = days.slice(1).map((text) => (/\d/.test(text) ? Number(text) : -1))
  return { min, max, warn }
}
