import * as z from '../../core/lazy-zod.ts'
import type { ArgsOf } from '../../core/args-of.ts'
import type { Module } from '../../core/module.ts'
import { quote } from '../../core/sh.ts'
import { type RunState, defineRun } from './shared/define-run.ts'
import { type RunArgs, contradiction, runArgs } from './shared/run-args.ts'

const own = {
  /** The program and its arguments. They are not interpreted by a shell. Pass secrets in `env` or `stdin`. */
  argv: z
    .array(z.string('must be text: arguments show in ps, so secrets go to env or stdin').regex(/^[^\0]*$/))
    .min(1)
    .refine(([program]) => program !== '', 'must start with a program')
    .readonly(),
}

export interface CommandArgs extends RunArgs, ArgsOf<typeof own> {}

const args = z.strictObject({ ...own, ...runArgs }).check(({ value, issues }) => {
  const message = contradiction(value)
  if (message !== undefined) issues.push({ code: 'custom', message, input: value })
})

/**
 * Runs a program. Without `creates`, `removes`, `unless` or `onlyIf`, the program runs in every run, and the task is reported
 * as changed each time.
 *
 * @results stdout, stderr, code, ran
 *
 * @dryRun With `changes: false`, the program runs in the dry run too: the task is ok, or it fails if the exit code is not
 * expected. Otherwise the program does not run: `creates` and `removes` are looked up, and the scripts of `unless` and `onlyIf`
 * run. If it would run, everything that later tasks read is unknown unless the task says with `touches` what it changes; only
 * that `removes` is gone and `unless` succeeds is foretold. What it would print is not known.
 *
 * @example
 * command('self-signed certificate', {
 *   argv: ['openssl', 'req', '-x509', '-newkey', 'ed25519', '-nodes', '-subj', '/CN=db', '-keyout', 'key.pem', '-out', 'cert.pem'],
 *   cwd: '/etc/app',
 *   creates: '/etc/app/cert.pem',
 * })
 */
export const command: Module<CommandArgs, RunState> = defineRun<CommandArgs>({
  name: 'command',
  args,
  ansible: { cmd: 'argv, a list of words', chdir: 'cwd' },
  body: ({ argv: [program = '', ...rest] }) => [programWord(program), ...rest.map(quote)].join(' '),
  shown: ({ argv: words }) => words.map(quote).join(' '),
})

const RESERVED = /^(if|then|else|elif|fi|for|while|until|do|done|case|esac|in)$|=/

// In the first place a bare `A=b` would be an assignment, and `if` the beginning of one.
const programWord = (program: string): string =>
  RESERVED.test(program) ? `''${quote(program)}` : quote(program)
