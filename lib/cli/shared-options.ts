import { type Command, CommanderError, Help, InvalidArgumentError, Option } from 'commander'
import { UserError } from '../core/errors.ts'
import { OUTPUTS, type Output } from '../reporters/reporter.ts'

/** Which hosts, and how they are reached. */
export interface HostOptions {
  /** Undefined: `inventory.ts` of the project. */
  readonly inventory?: string
  readonly limit?: string
  readonly extraVars: readonly string[]
  readonly sshConfig?: string
}

/** How a run goes, and where its outcome goes. */
export interface CommonRunOptions {
  readonly check: boolean
  readonly forks: number
  readonly askBecomePass: boolean
  readonly output?: Output
  readonly report: readonly string[]
  readonly lockWait?: number
  readonly timeout?: number
  readonly profile: boolean
  readonly verbose: number
}

export function addHostOptions(command: Command): Command {
  return command
    .option('-i, --inventory <file>', 'inventory file (default: inventory.ts of the project)')
    .option('-l, --limit <pattern>', 'only these hosts and groups: all, a,b, db*, web:&prod:!c')
    .option(
      '-e, --extra-vars <key=value|@file>',
      'set a var of the playbook or the inventory; can be repeated',
      append,
      [],
    )
    .addOption(
      new Option('--ssh-config <file>', 'use this file instead of ~/.ssh/config').env(
        'RUN_PLAYBOOK_SSH_CONFIG',
      ),
    )
}

export function addRunOptions(command: Command): Command {
  return command
    .option('-C, --check', 'dry run: show what would change, and change nothing', false)
    .option('-f, --forks <n>', 'number of hosts to work on at the same time', positive, 25)
    .option('-K, --ask-become-pass', 'ask for the sudo password', false)
    .option(
      '--lock-wait <seconds>',
      'how long to wait for another run on the same host (default: 60)',
      wholeSeconds,
    )
    .option('--timeout <seconds>', 'how long connecting and logging in may take', seconds(0.5))
    .addOption(outputOption())
    .option(
      '--report <file>',
      'also write a report to this file: JUnit (.xml) or the lines of\n--output json (.jsonl); can be repeated',
      append,
      [],
    )
    .option('--profile', 'list the slowest tasks at the end', false)
    .option(
      '-v, --verbose',
      'also show tasks that are ok; -vv also commands and their output;\n-vvv also everything that is sent and received',
      (_, n: number) => n + 1,
      0,
    )
}

export const outputOption = (): Option =>
  new Option('--output <kind>', 'output format (default: progress on a terminal, otherwise plain)').choices(
    OUTPUTS,
  )

/** The same for a command that runs nothing: it prints text, or lines of JSON. */
export const printOption = (): Option =>
  new Option('--output <kind>', 'json prints a line of JSON for each thing; the others print text').choices(
    OUTPUTS,
  )

/** @param pending what 3 means, where a command has it */
export const outcomes = (pending = ''): string => `
Exit status: 0 done, 1 usage or playbook error (no host was touched), 2 a task failed,
4 a host was unreachable (2 and 4 add up),${pending}
130 interrupted (Ctrl-C, SIGTERM or SIGHUP: the first one ends the run after the current change, the second one immediately).`

/**
 * Reads a command line.
 * @returns whether there is something to do: help and the version are printed here
 * @throws UserError for one that makes no sense
 */
export function parsed(command: Command, argv: readonly string[]): boolean {
  strict(command)
  try {
    command.parse([...argv], { from: 'user' })
    return true
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return false
    const commands = command.commands.map((one) => one.name()).join(', ')
    // Commander has only its help to say about a command that is missing.
    const message =
      error.code === 'commander.help'
        ? `a command is missing: ${commands}`
        : error.message.replace(/^error: /, '')
    const [said = '', ...more] = message.split('\n')
    const excess = error.code === 'commander.excessArguments' ? command.args.at(-1) : undefined
    const near = more.map((line) => line.replace(/^\((.*)\)$/, '$1 ')).join('')
    throw new UserError('E_USAGE', excess === undefined ? said : `one argument too many: ${excess}`, {
      hint: `${near}See ${command.name()} --help.`,
    })
  }
}

/** A command that takes nothing it does not know, and leaves it to main to print what is wrong. */
export function strict(command: Command): Command {
  return command
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .configureHelp({ optionDescription: describe })
}

/** What an option is when it is not given is only worth a word where it is something. */
function describe(this: Help, option: Option): string {
  return Help.prototype.optionDescription.call(this, option).replace(/ \(default: (\[\]|false)\)/, '')
}

export const commas = (text: string, before: readonly string[]): string[] => [
  ...before,
  ...text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== ''),
]

export const append = (text: string, before: readonly string[]): string[] => [...before, text]

function positive(text: string): number {
  const n = Number(text)
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('It must be a whole number from 1.')
  return n
}

function wholeSeconds(text: string): number {
  const n = Number(text)
  if (text.trim() === '' || !Number.isInteger(n) || n < 0)
    throw new InvalidArgumentError('It must be a whole number of seconds, from 0.')
  return n
}

/** Reads a number of seconds of at least `least`. */
export const seconds =
  (least: number) =>
  (text: string): number => {
    const n = Number(text)
    if (text.trim() === '' || !Number.isFinite(n) || n < least)
      throw new InvalidArgumentError(`It must be a number of seconds, from ${least}.`)
    return n
  }
