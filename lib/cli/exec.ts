import { Command } from 'commander'
import { UserError } from '../core/errors.ts'
import type { TaskList } from '../core/task.ts'
import { command as run, shell } from '../modules/index.ts'
import { pattern } from '../playbook/pattern.ts'
import { definePlay, definePlaybook } from '../playbook/playbook.ts'
import type { CliCommand } from './command.ts'
import { execute } from './execute.ts'
import { requestFor } from './request.ts'
import { loadInventory } from './load.ts'
import { findInventory } from './project.ts'
import {
  type CommonRunOptions,
  type HostOptions,
  addHostOptions,
  addRunOptions,
  outcomes,
  parsed,
} from './shared-options.ts'

interface ExecOptions extends HostOptions, CommonRunOptions {
  readonly become: boolean
}

const EXAMPLES = `
Several words are a program and its arguments, as they are: no shell looks at them. One word alone is a line
for the shell of the host (POSIX sh, with set -e), so pipes and variables go into quotes. What fails in that line
ends it: write "; true" or "|| true" after a command that may fail. Both are run as the user that ssh logs in as, with
-b as root, and as another user with sudo. No other run may be at work on the host: see --lock-wait.

Examples:
  run-playbook exec -l all -- uptime
  run-playbook exec -l web -- systemctl status nginx
  run-playbook exec -l db -b -- 'df -h / | tail -1'
  run-playbook exec -l db -b -- sudo -u postgres psql -c 'select version()'
`

/** `run-playbook exec -l PATTERN -- COMMAND…`: one command on hosts, its output shown. */
export const exec: CliCommand = async (argv, session) => {
  const command = new Command('run-playbook exec')
    .description('Runs one command on hosts and shows its output. It needs no playbook.')
    .usage('-l PATTERN [options] -- COMMAND…')
    .argument('<command...>', 'the program and its arguments, or one line for the shell')
  addRunOptions(addHostOptions(command).option('-b, --become', 'run it as root through sudo', false))
    .addHelpText('after', `${EXAMPLES}${outcomes()}`)
    .passThroughOptions()
  if (!parsed(command, argv)) return 0
  const options = command.opts<ExecOptions>()
  if (options.limit === undefined)
    throw new UserError('E_USAGE', 'exec needs -l PATTERN: the hosts on which to run the command', {
      hint: 'For all of them: -l all',
    })
  if (command.args.every((word) => word.trim() === ''))
    throw new UserError('E_USAGE', 'the command is empty', { hint: 'See run-playbook exec --help.' })
  session.outlet.openReports({ verbosity: options.verbose, check: options.check })
  const inventory = await loadInventory(options.inventory)
  const playbook = playbookOf(command.args, options.become)
  const inventoryFile = findInventory(options.inventory)
  const request = await requestFor({ name: 'exec', playbook, inventory, inventoryFile, options })
  return execute(request, { ...options, typed: true }, session)
}

function playbookOf(words: readonly string[], become: boolean) {
  const [script = ''] = words
  const name = words.join(' ')
  const tasks = (): TaskList =>
    words.length === 1 ? [shell(name, { script })] : [run(name, { argv: [...words] })]
  return definePlaybook({
    description: 'one command',
    plays: () => [definePlay({ name: 'exec', hosts: pattern('all'), become, tasks })],
  })
}
