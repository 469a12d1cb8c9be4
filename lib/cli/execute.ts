import { type RunRequest } from '../engine/run/prepare.ts'
import { runPlaybook } from '../engine/run/run.ts'
import type { RunEvent } from '../core/events.ts'
import { createReporter } from '../reporters/index.ts'
import { createTransport } from '../transport/index.ts'
import { askBecomePassword } from './ask-password.ts'
import { confirm } from './confirm.ts'
import { onInterrupt } from './interrupt.ts'
import type { CliOptions } from './options.ts'

/** Runs a checked request against real hosts and shows it. */
export async function execute(request: RunRequest, options: CliOptions): Promise<number> {
  const becomePassword = options.askBecomePass ? await askBecomePassword() : undefined
  const reporter = createReporter({
    output: options.output,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    verbosity: Math.max(options.verbose, request.playbook.verbosity ?? 0),
    diff: options.diff ?? options.check,
    check: options.check,
    watch: options.watch,
  })
  const emit = (event: RunEvent): void => reporter.handle(event)
  const trace =
    options.verbose >= 3
      ? (host: string, text: string) => emit({ type: 'notice', host, level: 'debug', text })
      : undefined
  const warn = (host: string, text: string) => emit({ type: 'notice', host, level: 'warning', text })
  const transport = createTransport({ sshConfigFile: options.sshConfig, becomePassword, trace, warn })
  const stop = new AbortController()
  const release = onInterrupt(stop, (text) => {
    // Ctrl-C is how one stops to watch.
    if (options.watch === undefined) emit({ type: 'notice', level: 'warning', text })
  })
  try {
    const recap = await runPlaybook(request, {
      check: options.check,
      diff: options.diff ?? options.check,
      batch: options.batch,
      stop: stop.signal,
      forks: options.forks,
      watch: options.watch,
      emit,
      confirm: (question) => confirm(question),
      transportOf: () => transport,
    })
    return exitCode(recap, options)
  } finally {
    release()
    await reporter.finish()
  }
}

function exitCode(recap: { exitCode: number; hosts: object }, options: CliOptions): number {
  if (recap.exitCode !== 0 || !options.detailedExitcode) return recap.exitCode
  const hosts = Object.values(recap.hosts) as { wouldChange: number; unknown: number }[]
  return hosts.some((host) => host.wouldChange + host.unknown > 0) ? 3 : 0
}
