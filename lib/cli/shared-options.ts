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
    .option('-i, --inventory <file>', 'the hosts (default: inventory.ts of the project)')
    .option('-l, --limit <pattern>', 'hosts and groups: all, a,b, db*, web:&prod:!c')
    .option('-e, --extra-vars <key=value|@file>', 'set a declared var, repeatable', append, [])
    .addOption(new Option('--ssh-config <file>', 'instead of ~/.ssh/config').env('RUN_PLAYBOOK_SSH_CONFIG'))
}

export function addRunOptions(command: Command): Command {
  return command
    .option('-C, --check', 'dry run: probe and plan, change nothing', false)
    .option('-f, --forks <n>', 'hosts worked on at a time', positive, 25)
    .option('-K, --ask-become-pass', 'ask for the sudo password, once', false)
    .option(
      '--lock-wait <seconds>',
      'how long another run on the same host is waited for (default: 60)',
      wholeSeconds,
    )
    .option('--timeout <seconds>', 'of a connection, up to the login', seconds(0.5))
    .addOption(outputOption())
    .option(
      '--report <file>',
      'a report beside the screen, complete at every moment, repeatable:\nJUnit (.xml) or the lines of --output json (.jsonl)',
      append,
      [],
    )
    .option('--profile', 'say at the end which tasks were the slowest', false)
    .option(
      '-v, --verbose',
      'reasons for "ok" too; -vv commands and what they print; -vvv frames',
      (_, n: number) => n + 1,
      0,
    )
}

export const outputOption = (): Option =>
  new Option('--output <kind>', 'progress on a terminal, plain otherwise').choices(OUTPUTS)

export const OUTCOMES = `
Exit status: 0 done, 1 usage or playbook error (no host was touched), 2 a task failed,
4 a host was unreachable (2 and 4 add up), 3 changes pending or something critical (--detailed-exitcode),
130 interrupted (Ctrl-C, SIGTERM or SIGHUP: the first one ends after the change under way, the second one at once).`

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
        ? `what is to be done: ${commands}?`
        : error.message.replace(/^error: /, '')
    throw new UserError('E_USAGE', message, {
      hint: `See ${command.name()} --help.`,
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
