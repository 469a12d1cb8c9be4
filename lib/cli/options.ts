import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { UserError } from '../core/errors.ts'

export interface CliOptions {
  readonly inventory: string
  readonly limit?: string
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  readonly check: boolean
  readonly diff?: boolean
  readonly extraVars: readonly string[]
  readonly forks: number
  readonly askBecomePass: boolean
  readonly listHosts: boolean
  readonly listTasks: boolean
  readonly listTags: boolean
  readonly sshConfig?: string
  readonly output?: 'progress' | 'plain' | 'json' | 'junit'
  readonly detailedExitcode: boolean
  readonly batch: boolean
  readonly verbose: number
  readonly watch?: number
}

/** What was typed. `exit` is set when there is nothing to run: help or the version was printed. */
export interface CommandLine {
  readonly playbook: string
  readonly options: CliOptions
  readonly exit?: number
}

const EXAMPLES = `
Examples:
  run-playbook site --check             what would change, and why; changes nothing
  run-playbook site                     makes it so; run again: nothing to do
  run-playbook site -l node-b -t config only this host, only these tasks
  run-playbook status --watch           all nodes in one table, drawn anew every 2 s

Exit status: 0 done, 1 usage or playbook error (no host was touched), 2 a task failed,
4 a host was unreachable (2 and 4 add up), 3 changes pending (--check --detailed-exitcode), 130 interrupted.`

/** Reads the command line. @throws UserError for one that makes no sense */
export function readCommandLine(
  argv: readonly string[],
  version: string,
  playbooks: () => string,
): CommandLine {
  const command = new Command('run-playbook')
    .description('Brings hosts into the state that a playbook describes.')
    .argument('<playbook>', 'playbooks/<name>.ts, or a path')
    .option('-i, --inventory <file>', 'the hosts', 'inventory.ts')
    .option('-l, --limit <pattern>', 'hosts and groups: all, a,b, db*, web:&prod:!c')
    .option('-t, --tags <list>', 'only tasks with one of these tags', commas, [])
    .option('--skip-tags <list>', 'no tasks with one of these tags', commas, [])
    .option('-C, --check', 'dry run: probe and plan, change nothing', false)
    .option('-D, --diff', 'show what differs in files (with --check by default)')
    .option('--no-diff', 'do not show it')
    .option('-e, --extra-vars <key=value|@file>', 'set a declared var, repeatable', append, [])
    .option('-f, --forks <n>', 'hosts worked on at a time', positive, 25)
    .option('-K, --ask-become-pass', 'ask for the sudo password, once', false)
    .option('--list-hosts', 'print the hosts and exit', false)
    .option('--list-tasks', 'print the tasks and exit', false)
    .option('--list-tags', 'print the tags and exit', false)
    .addOption(new Option('--ssh-config <file>', 'instead of ~/.ssh/config').env('RUN_PLAYBOOK_SSH_CONFIG'))
    .addOption(
      new Option('--output <kind>', 'progress on a terminal, plain otherwise').choices([
        'progress',
        'plain',
        'json',
        'junit',
      ]),
    )
    .addOption(
      new Option(
        '--watch [seconds]',
        'show the report again and again, by default every 2 s, until Ctrl-C;\nfor playbooks that change nothing, such as status',
      )
        .preset('2')
        .argParser(seconds),
    )
    .option('--detailed-exitcode', 'with --check: exit 3 when changes are pending', false)
    .option('--no-batch', 'one task at a time; same plan, same end state')
    .option('-v, --verbose', 'reasons for "ok" too; -vv commands; -vvv frames', (_, n: number) => n + 1, 0)
    .version(version)
    .addHelpText('after', () => `${playbooks()}${EXAMPLES}`)
    .allowExcessArguments(false)
    .exitOverride()
    // The error is printed once, by main, in the form of all other errors.
    .configureOutput({ writeErr: () => {} })
  try {
    command.parse([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return { playbook: '', options: command.opts<CliOptions>(), exit: 0 }
    throw new UserError('E_USAGE', error.message.replace(/^error: /, ''), {
      hint: 'See run-playbook --help.',
    })
  }
  const options = command.opts<CliOptions>()
  if (options.detailedExitcode && !options.check)
    throw new UserError('E_USAGE', '--detailed-exitcode only goes with --check')
  if (options.watch !== undefined && options.output === 'junit')
    throw new UserError('E_USAGE', '--watch never comes to the end that --output junit waits for')
  return { playbook: command.args[0] as string, options }
}

const commas = (text: string, before: readonly string[]): string[] => [
  ...before,
  ...text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== ''),
]

const append = (text: string, before: readonly string[]): string[] => [...before, text]

function positive(text: string): number {
  const n = Number(text)
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('It must be a whole number from 1.')
  return n
}

function seconds(text: string): number {
  const n = Number(text)
  if (!Number.isFinite(n) || n < 0.5)
    throw new InvalidArgumentError('It must be a number of seconds, from 0.5.')
  return n
}
