import type { Notice, PlayStopped } from '../core/events.ts'
import type { Palette } from './palette.ts'
import { clean, enumerate } from './text.ts'

/** Words that stand alone: an empty line, then as they are. */
export const infoLines = ({ text }: Notice): string[] => [
  '',
  ...text.split('\n').map((line) => `${/^ */.exec(line)?.[0] ?? ''}${clean(line)}`),
]

/** `node-a  warning  the clock is 40 s ahead`. */
export function noticeLine({ host, level, text }: Notice, palette: Palette, hostWidth = 0): string {
  const word = level === 'warning' ? palette.yellow('warning') : palette.dim('debug')
  const line = `${word}  ${clean(text)}`
  return host === undefined ? line : `${clean(host).padEnd(hostWidth)}  ${line}`
}

/** `play web stopped: node-a failed, and the play is serial. Not begun: node-c and node-d.` */
export function stoppedLine({ play, because, hosts }: PlayStopped, palette: Palette): string {
  const rest = hosts.length === 0 ? '' : ` Not begun: ${enumerate(hosts)}.`
  return `${palette.red(`play ${clean(play)} stopped`)}: ${clean(because)}.${rest}`
}
