import { groupBy } from '../../core/group-by.ts'
import { type Access, type Had, accessCommands } from './access.ts'

/** Something made anew, as a word of a script. */
export interface Made {
  readonly word: string
  readonly wanted: Access
  readonly fresh: Had
}

/** The commands that give all of them their owners and modes: one for those that get the same. Owners first. */
export function accessForAll(all: readonly Made[]): string[] {
  const groups = groupBy(all, ({ wanted, fresh }) => accessCommands(wanted, fresh, '').join('\n'))
  const commands = [...groups.values()].map((group) => {
    const { wanted, fresh } = group[0] as Made
    return accessCommands(wanted, fresh, group.map(({ word }) => word).join(' '))
  })
  return commands.flat().toSorted((a, b) => Number(a.startsWith('chmod')) - Number(b.startsWith('chmod')))
}
