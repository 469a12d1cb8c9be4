import type { Reader } from '../../../core/probe.ts'
import { EVERYTHING } from '../../../core/resource.ts'
import { quote } from '../../../core/sh.ts'

/**
 * The exit code of a script that a playbook gives to find out whether something has to be done. The key is the script.
 * Nobody knows what it looks at, so any change makes its answer stale.
 */
export const guard: Reader<number> = {
  name: 'guard',
  // A shell for each: `exit`, `cd` or a syntax error in one is nobody else's affair.
  ask: (scripts) =>
    scripts.map((script) => `sh -c ${quote(script)} </dev/null >/dev/null 2>&1\necho $?`).join('\n'),
  parse: (reply, scripts) => {
    const codes = reply.stdout.toString().split('\n').filter(Boolean).map(Number)
    return scripts.map((_, i) => codes[i] ?? new Error('the script was not run to its end'))
  },
  sees: () => [EVERYTHING],
}
