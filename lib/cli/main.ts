import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../core/errors.ts'
import type { CliCommand, CliSession } from './command.ts'
import { errorReport, errorText } from './error-text.ts'
import { onInterrupt } from './interrupt.ts'
import { refuseMistyped } from './mistyped.ts'
import { Outlet } from './outlet.ts'
import { playbookNames } from './project.ts'
import { version } from './version.ts'
import { wantedOutput } from './wanted-output.ts'

/** Each is loaded only when it is asked for. A playbook of such a name is run by its path. */
const COMMANDS: Readonly<Record<string, () => Promise<CliCommand>>> = {
  exec: async () => (await import('./run-commands.ts')).exec,
  explain: async () => (await import('./other-commands.ts')).explain,
  init: async () => (await import('./other-commands.ts')).init,
  lint: async () => (await import('./run-commands.ts')).lint,
  secrets: async () => (await import('./other-commands.ts')).secrets,
}

const INTERRUPTED = { code: 'E_INTERRUPTED', message: 'interrupted' }
/** How long a run that is given up may take to say so. */
const LAST_WORDS_MS = 500

/**
 * The program. Returns the exit status; the one place that prints errors found before a run.
 * @param argv the arguments, without those of Node.js
 */
export async function main(argv: readonly string[]): Promise<number> {
  const outlet = new Outlet(wantedOutput(argv))
  const stop = new AbortController()
  const stopNow = new AbortController()
  const giveUp = async (error?: typeof INTERRUPTED): Promise<void> => {
    if (error !== undefined) process.stderr.write(`run-playbook: ${error.message}\n`)
    await Promise.race([outlet.end(130, error), sleep(LAST_WORDS_MS)])
    process.exit(130)
  }
  const release = onInterrupt({
    first: () => {
      if (!outlet.running) return void giveUp(INTERRUPTED)
      outlet.sayStopping()
      stop.abort()
    },
    second: () => {
      outlet.sayCutOff()
      stopNow.abort()
      // The engine has a moment to tell what became of each host.
      setTimeout(() => void giveUp(), LAST_WORDS_MS)
    },
  })
  const fail = (error: unknown): void => {
    process.stderr.write(errorText(error))
    outlet.endNow(1, errorReport(error))
  }
  // What code of a playbook leaves behind must not end the output in the middle of a line.
  const crash = (error: unknown): void => {
    fail(error)
    process.exit(1)
  }
  const leave = (code: number): void => {
    if (outlet.ended) return
    process.exitCode = code === 0 ? 1 : code
    const error = new UserError(
      'E_FAILED',
      'the process exited before the run had ended. A playbook must not call process.exit.',
    )
    process.stderr.write(errorText(error))
    outlet.endNow(code === 0 ? 1 : code, errorReport(error))
  }
  process.on('uncaughtException', crash).on('exit', leave)
  try {
    const status = await commandOf(argv, {
      outlet,
      stop: stop.signal,
      stopNow: stopNow.signal,
      version: version(),
    })
    await outlet.end(status)
    return status
  } catch (error) {
    fail(error)
    await outlet.end(1)
    return 1
  } finally {
    release()
    process.off('uncaughtException', crash).off('exit', leave)
  }
}

async function commandOf(argv: readonly string[], session: CliSession): Promise<number> {
  const [first = '', ...rest] = argv
  if (first === 'help' && !playbookNames().includes('help'))
    return commandOf([...rest.slice(0, 1), '--help'], session)
  const load = Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined
  if (load !== undefined) return (await load())(rest, session)
  refuseMistyped(first)
  const { play } = await import('./run-commands.ts')
  return play(argv, session)
}
