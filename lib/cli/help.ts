import { readCommandLine } from './options.ts'
import { playbooksText } from './playbooks-text.ts'
import { version } from './version.ts'

/**
 * `run-playbook --help` and `run-playbook --version`. The build puts this file with all that it needs into one file of CommonJS, because
 * opening the files of a run takes longer than the help itself.
 */
export function printHelp(argv: readonly string[]): void {
  // Whoever reads may leave, `| head` for one.
  process.stdout.on('error', () => {})
  const { print } = readCommandLine(argv, version(), () => `\n${playbooksText()}\n`)
  process.stdout.write(print?.('') ?? '')
}
