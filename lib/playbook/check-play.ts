import { UserError } from '../core/errors.ts'
import { checking, mistake } from '../core/mistakes.ts'
import type { Group, GroupOptions } from '../core/group.ts'
import { SHARED } from '../core/option-names.ts'
import { checkShared, refuseUnknown } from './check-shared-options.ts'
import type { Play } from './playbook.ts'
import { batchSizes } from './serial.ts'

const PLAY: Record<keyof Play, true> = {
  name: true,
  hosts: true,
  become: true,
  becomeUser: true,
  environment: true,
  serial: true,
  maxFailPercentage: true,
  anyErrorsFatal: true,
  tags: true,
  roles: true,
  tasks: true,
}

const badList = ({ name }: Play, what: 'roles' | 'tasks', why: string): UserError =>
  new UserError('E_BAD_PLAY', `play ${name}: ${what} ${why}`, { hint: `Write ${what}: () => [ … ].` })

/** What a play returned for a host. @throws UserError E_BAD_PLAY when it is no list */
export function listOf<T>(play: Play, what: 'roles' | 'tasks', list: readonly T[] | undefined): readonly T[] {
  if (Array.isArray(list)) return list
  // A function whose return was forgotten would have nothing to do, without a word.
  if (list === undefined && play[what] === undefined) return []
  throw badList(
    play,
    what,
    list === undefined ? 'returns nothing, and must return a list' : 'must return a list',
  )
}

/** @throws UserError for an option that a play does not have, and for a value that an option cannot have */
export function checkPlay(play: Play): void {
  const where = `play ${play.name}`
  refuseUnknown(play, PLAY, where)
  for (const name of ['roles', 'tasks'] as const)
    if (play[name] !== undefined && typeof play[name] !== 'function')
      mistake(badList(play, name, 'must be a function that returns a list'))
  const { serial, maxFailPercentage: most, become, becomeUser, environment, tags } = play
  checkShared({ become, becomeUser, environment, tags }, where, [], () => undefined)
  if (serial !== undefined)
    checking(
      () => batchSizes(serial, 1, where),
      () => [],
    )
  if (most !== undefined && !(most >= 0 && most <= 100))
    mistake(new UserError('E_BAD_PLAY', `${where}: maxFailPercentage must be from 0 to 100`))
}

const GROUP: Record<keyof GroupOptions, true> = {
  name: true,
  ...SHARED,
}

/** @throws UserError for an option that a group does not have, and for a value that an option cannot have */
export function checkGroup({ options, at }: Group, hosts: readonly string[]): void {
  const where = `group ${options.name ?? ''}`.trim()
  refuseUnknown(options, GROUP, where, () => at)
  checkShared(options, where, hosts, () => at)
}
