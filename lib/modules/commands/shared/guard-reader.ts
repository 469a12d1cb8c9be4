import type { Reader } from '../../../core/probe.ts'
import { quote } from '../../../core/sh.ts'
import { scriptOf, seenByScript } from '../../shared/seen-script.ts'

/**
 * The exit code of a script that a playbook gives to find out whether something has to be done. The key is made by
 * `scriptKey`.
 */
export const guard: Reader<number> = {
  name: 'guard',
  // A shell for each: `exit`, `cd` or a syntax error in one is nobody else's affair.
  ask: (keys) =>
    keys.map((key) => `sh -c ${quote(scriptOf(key))} </dev/null >/dev/null 2>&1\necho $?`).join('\n'),
  parse: (reply, keys) => {
    const codes = reply.stdout.toString().split('\n').filter(Boolean).map(Number)
    return keys.map((_, i) => codes[i] ?? new Error('the script was not run to its end'))
  },
  sees: seenByScript,
}
