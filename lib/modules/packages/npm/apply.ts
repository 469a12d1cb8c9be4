import type { ShellStep } from '../../../core/module.ts'
import { sh } from '../../../core/sh.ts'
import type { Npm } from './args.ts'
import { flagsOf, prelude } from './script.ts'
import type { NpmState } from './state.ts'

const TIMEOUT_MS = 30 * 60_000

/** The version is the one that the plan names, also where the registry has a newer one by now. */
export function applyNpm(given: Npm, { offered }: NpmState): ShellStep[] {
  const { version = offered?.kind === 'version' ? offered.version : undefined } = given
  const script = [...prelude(given), sh`npm ${commandOf(given, version)}`].join('\n')
  return [{ script, timeoutMs: TIMEOUT_MS }]
}

function commandOf(given: Npm, version: string | undefined): readonly string[] {
  const { name, state, ci = false } = given
  const flags = flagsOf(given, 'changes')
  if (name === undefined) return [state === 'latest' ? 'update' : ci ? 'ci' : 'install', ...flags]
  if (state === 'absent') return ['uninstall', ...flags, '--', name]
  return ['install', ...flags, '--', version === undefined ? name : `${name}@${version}`]
}
