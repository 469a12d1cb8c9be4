import { Command, Option } from 'commander'
import { UserError } from '../core/errors.ts'
import {
  type HostOptions,
  type CommonRunOptions,
  addHostOptions,
  addRunOptions,
  commas,
  outcomes,
  parsed,
  seconds,
} from './shared-options.ts'

export interface CliOptions extends HostOptions, CommonRunOptions {
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  readonly diff?: boolean
  readonly listHosts: boolean
  readonly listTasks: boolean
  readonly listTags: boolean
  readonly startAtTask?: string
  readonly step: boolean
  readonly resume: boolean
  readonly detailedExitcode: boolean
  readonly batch: boolean
  readonly watch?: number
}

/** What was typed. */
export interface CommandLine {
  readonly playbook: string
  readonly options: CliOptions
  /** Set where there is nothing to run, because the help or the version was asked for. */
  readonly print?: Print | undefined
}

/** What is printed instead of a run. @param about what the playbook does, if one was named */
type Print = (about: string) => string

const COMMANDS = `
Other commands (a playbook of such a name is run by its path):
  run-playbook exec      one command on hosts, its output shown
  run-playbook explain   the value of a var on a host, and where it comes from; what an error code means
  run-playbook init      a project that runs and passes its test
  run-playbook secrets   list, get, set, rotate and edit what is in the store
  run-playbook lint      finds mistakes without connecting to a host
Each has its own --help.
`

const EXAMPLES = `
What a playbook does, and which vars -e sets: run-playbook PLAYBOOK --help

Examples:
  run-playbook init servers             a new project, with an inventory and a playbook to start from
  run-playbook site --check             what would change, and why; changes nothing
  run-playbook site                     makes it so; run again: nothing to do
  run-playbook site -l node-b -t config only this host, only these tasks
  run-playbook site --report out.xml    beside the screen, a JUnit report for CI
  run-playbook status --watch           all nodes in one table, updated every 2 s
`

const OUTCOMES = outcomes(' 3 changes pending or something critical (--detailed-exitcode),')

/** Reads the command line of a playbook. @throws UserError for one that makes no sense */
export function readCommandLine(
  argv: readonly string[],
  version: string,
  playbooks: () => string,
): CommandLine {
  const command = new Command('run-playbook')
    .description('Brings hosts into the state that a playbook describes.')
    .argument('<playbook>', 'playbooks/<name>.ts, or a path')
  addHostOptions(command)
    .option('-t, --tags <list>', 'run only tasks with one of these tags', commas, [])
    .option('--skip-tags <list>', 'skip tasks with one of these tags', commas, [])
    .option('-D, --diff', 'show the differences in files (default with --check)')
    .option('--no-diff', 'do not show the differences in files')
  addRunOptions(command)
    .option('--list-hosts', 'print the hosts and exit', false)
    .option('--list-tasks', 'print the tasks and exit', false)
    .option('--list-tags', 'print the tags and exit', false)
    .option('--start-at-task <name>', 'start at this task, and skip the tasks before it')
    .option(
      '--step',
      'ask before each task: y runs it, n or Enter skips it, all asks no more; Ctrl-C ends the run',
      false,
    )
    .option(
      '--resume',
      'start on each host at the task where its last run failed or was interrupted; at the first task where it did not',
      false,
    )
    .addOption(
      new Option(
        '--watch [seconds]',
        'refresh the report every 2 seconds, or as given, until Ctrl-C;\nonly for playbooks that change nothing, such as status',
      )
        .preset('2')
        .argParser(seconds(0.5)),
    )
    .option(
      '--detailed-exitcode',
      'exit with 3 if changes are pending (--check) or something is critical (status)',
      false,
    )
    .option('--no-batch', 'run one task at a time; slower, with the same result')
    .version(version)
    .addHelpText('after', () => `${playbooks()}${COMMANDS}${EXAMPLES}${OUTCOMES}`)
  let text = ''
  command.configureOutput({ writeOut: (part) => (text += part) })
  const isRun = parsed(command, argv)
  const options = command.opts<CliOptions>()
  if (!isRun) {
    const playbook = command.args.find((arg) => !arg.startsWith('-')) ?? ''
    return { playbook, options, print: playbook === '' ? () => text : helpOf(command, playbook) }
  }
  refuseContradictions(options)
  return { playbook: command.args[0] as string, options }
}

/** The same help with what this playbook does and takes, and without what is about other playbooks. */
const helpOf =
  (command: Command, playbook: string): Print =>
  (about) => {
    command.usage(`${playbook} [options]`).description(about)
    command.configureHelp({ ...command.configureHelp(), visibleArguments: () => [] })
    return `${command.helpInformation()}${OUTCOMES}\n`
  }

function refuseContradictions(options: CliOptions): void {
  const { watch, output, step, resume, startAtTask } = options
  const lists = options.listHosts || options.listTasks || options.listTags
  const refuse = (message: string): never => {
    throw new UserError('E_USAGE', message, { hint: 'See run-playbook --help.' })
  }
  if (watch !== undefined && output === 'junit')
    refuse('--watch cannot be combined with --output junit, which is printed at the end')
  if (lists && output === 'junit') refuse('a list is not a JUnit report: use --output plain or json')
  if (resume && startAtTask !== undefined)
    refuse('--resume and --start-at-task cannot be combined: both say where to start')
  if (step && process.stdin.isTTY !== true) refuse('--step asks before each task, which needs a terminal')
}
