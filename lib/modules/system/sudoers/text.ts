import type { SudoersArgs } from './args.ts'

/** The text of the file: the rule as Ansible writes it, so that a file of Ansible's stays. */
export function sudoersText(given: SudoersArgs): string {
  if (given.content !== undefined) return given.content.endsWith('\n') ? given.content : `${given.content}\n`
  const { host = 'ALL', runas, noexec, nopassword = true, setenv, defaults = [], commands = [] } = given
  const owner = ownerOf(given)
  const tags = [
    runas === undefined ? '' : `(${runas})`,
    noexec && 'NOEXEC:',
    nopassword && 'NOPASSWD:',
    setenv && 'SETENV:',
  ]
  const listed = typeof commands === 'string' ? commands : commands.join(', ')
  return [
    ...defaults.map((one) => `Defaults:${owner} ${one}\n`),
    `${owner} ${host}=${tags.filter(Boolean).join('')} ${listed}\n`,
  ].join('')
}

function ownerOf({ user, group }: SudoersArgs): string {
  const one = user ?? group ?? ''
  return `${user === undefined ? '%' : ''}${typeof one === 'number' ? `#${one}` : one}`
}
