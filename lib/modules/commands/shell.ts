import * as z from '../../core/lazy-zod.ts'
import type { ArgsOf } from '../../core/args-of.ts'
import type { Module } from '../../core/module.ts'
import { type RunState, defineRun } from './shared/define-run.ts'
import { type RunArgs, contradiction, runArgs } from './shared/run-args.ts'

const own = {
  /**
   * A POSIX shell script. It stops at the first command that fails (`set -e`). Other users on the host can see it in `ps`, so
   * pass secrets in `env` or `stdin`. To quote values in it, write it with the template tag `sh`.
   */
  script: z
    .string()
    .min(1)
    .regex(/^[^\0]*$/, 'must not contain a NUL byte')
    .refine((text) => !text.includes('«secret '), 'holds a secret that was printed into it; pass it by env'),
}

export interface ShellArgs extends RunArgs, ArgsOf<typeof own> {}

const args = z.strictObject({ ...own, ...runArgs }).check(({ value, issues }) => {
  const message = contradiction(value)
  if (message !== undefined) issues.push({ code: 'custom', message, input: value })
})

/**
 * Runs a shell script. Without `creates`, `removes`, `unless` or `onlyIf`, the script runs in every run, and the task is
 * reported as changed each time.
 *
 * @results stdout, stderr, code, ran
 *
 * @dryRun With `changes: false`, the script runs in the dry run too: the task is ok, or it fails if the exit code is not
 * expected. Otherwise the script does not run: `creates` and `removes` are looked up, and the scripts of `unless` and `onlyIf`
 * run. If it would run, everything that later tasks read is unknown unless the task says with `touches` what it changes; only
 * that `removes` is gone and `unless` succeeds is foretold. What it would print is not known.
 *
 * @example
 * shell('swap file', {
 *   script: 'fallocate -l 1G /swap && chmod 0600 /swap && mkswap /swap',
 *   creates: '/swap',
 * })
 */
export const shell: Module<ShellArgs, RunState> = defineRun<ShellArgs>({
  name: 'shell',
  args,
  ansible: { cmd: 'script', chdir: 'cwd' },
  body: ({ script }) => `set -e\n${script}`,
  shown: ({ script }) => firstLine(script.trim()),
})

function firstLine(script: string): string {
  const [line = '', ...rest] = script.split('\n')
  return rest.length === 0 ? line : `${line} …`
}
