import { UserError } from '../core/errors.ts'
import { didYouMean } from '../core/suggest.ts'
import { COMMAND_NAMES } from './command.ts'
import { playbookNames } from './project.ts'

/**
 * Tells of a first word that is missing, or that is nearly a command: before the options are read, which belong to a
 * command that is not known yet.
 */
export function refuseMistyped(first: string): void {
  if (first === '')
    throw new UserError('E_USAGE', 'name a playbook or a command', {
      hint: `Playbooks: ${playbookNames().join(', ')}. Commands: ${COMMAND_NAMES.join(', ')}.\n  A new project: run-playbook init FOLDER. All options: run-playbook --help.`,
    })
  if (first.startsWith('-') || /[/\\.]/.test(first)) return
  const playbooks = playbookNames()
  if (playbooks.includes(first) || COMMAND_NAMES.includes(first)) return
  const near = didYouMean(first, [...playbooks, ...COMMAND_NAMES])
  if (near !== undefined && COMMAND_NAMES.includes(near))
    throw new UserError('E_NO_PLAYBOOK', `${first} is neither a playbook nor a command`, {
      hint: `Did you mean run-playbook ${near}?`,
    })
}
