import type { Reader } from '../../core/probe.ts'
import { quote } from '../../core/sh.ts'
import { scriptOf, seenByScript } from './seen-script.ts'

/** What a script printed, and how it ended. */
export interface Output {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs scripts that only read, and brings back what they print. The key is made by `scriptKey`. */
export const output: Reader<Output> = {
  name: 'output',
  // The exit code comes last within the base64, where nothing that a script prints can be taken for it.
  ask: (keys) =>
    keys.map((key, i) => `echo '#${i}'\necho '#${i}' >&2\n${captured(scriptOf(key))}`).join('\n'),
  parse: (reply, scripts) => {
    const bodies = sections(reply.stdout.toString('latin1'))
    const complaints = sections(reply.stderr.toString())
    return scripts.map((_, i) => {
      const all = Buffer.from(bodies.get(i) ?? '', 'base64').toString()
      const end = all.lastIndexOf('\n')
      if (end < 0) return new Error('the command was not run to its end')
      return { code: Number(all.slice(end)), stdout: all.slice(0, end), stderr: complaints.get(i) ?? '' }
    })
  },
  sees: seenByScript,
}

const captured = (script: string): string =>
  `{ sh -c ${quote(script)} </dev/null; printf '\\n%s' $?; } | base64`

function sections(text: string): Map<number, string> {
  const parts = text.split(/^#(\d+)\n/m)
  const found = new Map<number, string>()
  // A script may print such a line too, on standard error: the first one is ours.
  for (let i = 1; i < parts.length; i += 2) {
    const index = Number(parts[i])
    if (!found.has(index)) found.set(index, parts[i + 1] ?? '')
  }
  return found
}
