import type { Reader } from '../../../core/probe.ts'
import { paths } from '../../../core/resource.ts'
import { askable, setOperands, unaskable } from '../../shared/operand.ts'
import { asText } from '../../shared/text.ts'
import { wordsOf } from './name.ts'

/** A setting of the running kernel. */
export interface SysctlValue {
  /** With one space between words. Undefined where nobody may read it. */
  readonly value: string | undefined
  /** Whether whoever asks may change it. */
  readonly writable: boolean
}

/** By the path below /proc/sys; `undefined` where the kernel does not have the setting. */
export const sysctlValue: Reader<SysctlValue | undefined> = {
  name: 'sysctl',
  ask: (keys) => `${setOperands(keys)}\n${SCRIPT}`,
  parse: (reply, keys) => {
    const lines = reply.stdout.toString('latin1').split('\n')
    let next = 0
    return keys.map((path) => {
      if (!askable(path)) return unaskable(path)
      const [, kind, access, body = ''] = /^([+-])([wr])(!|[A-Za-z0-9+/=]*)$/.exec(lines[next++] ?? '') ?? []
      if (kind === undefined) return new Error(`${path}: the host did not say whether it has this setting`)
      if (kind === '-') return undefined
      const text = body === '!' ? undefined : asText(Buffer.from(body, 'base64'))
      return { value: text === undefined ? undefined : wordsOf(text), writable: access === 'w' }
    })
  },
  sees: (path) => [paths.at(path)],
}

// To root, `[ -w` of BusyBox says yes to everything, so the file is opened as well: that changes nothing.
const SCRIPT = `for path do
  access=r
  if [ -w "$path" ] && ( : >>"$path" ) 2>/dev/null; then access=w; fi
  if [ ! -f "$path" ]; then echo -r
  elif cat "$path" >/dev/null 2>&1; then echo "+$access$(head -c 4096 "$path" | base64 | tr -d '\\n')"
  else echo "+$access!"; fi
done
exit 0`
