import { writeFileSync } from 'node:fs'
import type { Machine } from './machines.ts'
import type { UserCase } from './user-cases.ts'

/** The line of an account in a file of a machine. */
export const lineOf = (one: Machine, file: string, name = 'app') =>
  one
    .read(file)
    .split('\n')
    .find((line) => line.startsWith(`${name}:`))

/** The groups that name it. */
export const groupsOf = (one: Machine, name = 'app') =>
  one
    .read('/etc/group')
    .split('\n')
    .flatMap((line) => {
      const [group, , , members = ''] = line.split(':')
      return members.split(',').includes(name) ? [String(group)] : []
    })
    .toSorted()
    .join(' ')

/** Adds an account to a machine. */
export function leave(
  one: Machine,
  { passwd, shadow = '', groups = [] }: NonNullable<UserCase['before']>,
): void {
  writeFileSync(one.at('/etc/passwd'), `${one.read('/etc/passwd')}${passwd}\n`)
  if (shadow !== '') writeFileSync(one.at('/etc/shadow'), `${one.read('/etc/shadow')}${shadow}\n`)
  const lines = one.read('/etc/group').split('\n')
  const joined = lines.map((line) =>
    groups.includes(line.split(':')[0] ?? '')
      ? `${line}${line.endsWith(':') ? '' : ','}${passwd.split(':')[0]}`
      : line,
  )
  writeFileSync(one.at('/etc/group'), joined.join('\n'))
}
