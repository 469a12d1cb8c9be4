import { relative } from 'node:path'
import type { ErrorReport } from '../core/events.ts'
import { groupBy } from '../core/group-by.ts'
import { type Mistake, collectMistakes } from '../core/mistakes.ts'
import { userFault } from '../playbook/user-code.ts'
import { errorReport } from './error-text.ts'
import type { Finding } from './finding.ts'

/**
 * Does work that a run does too, and tells all that is wrong, each mistake once.
 * @param about what the work is about: `playbook site`
 * @param file where that is written
 */
export async function findMistakes(
  about: string,
  file: string,
  work: () => unknown,
): Promise<readonly Finding[]> {
  const mistakes = (await collectMistakes(work)).map(({ error, host }) => ({
    report: errorReport(userFault('E_PLAYBOOK', error, about)),
    host,
  }))
  return [...groupBy(mistakes, keyOf).values()].flatMap(([first, ...others]) => {
    if (first === undefined) return []
    const { code, message, hint } = first.report
    return [
      {
        level: code === 'E_NOT_LOOKED_AT' ? 'note' : 'error',
        file: relative(process.cwd(), file) || file,
        code,
        message: `${message}${hostsText(first, others)}`,
        hint,
      },
    ]
  })
}

interface Told {
  readonly report: ErrorReport
  readonly host: Mistake['host']
}

/** The same for a mistake that is made for several hosts, whether the message names them or not. */
function keyOf({ report: { code, message, hint }, host }: Told): string {
  const text = host === undefined ? message : message.replaceAll(host.name, '')
  return [code, text, hint].join('\0')
}

/** For which hosts it is wrong, unless it is wrong for all hosts of the play. */
function hostsText({ report, host }: Told, others: readonly Told[]): string {
  if (host === undefined) return ''
  const names = new Set([host.name, ...others.flatMap((other) => other.host?.name ?? [])])
  const more = names.size - 1
  if (report.message.split(/[^\w.-]+/).includes(host.name)) return more === 0 ? '' : ` (and ${hosts(more)})`
  if (names.size >= host.outOf) return ''
  return ` (for the host ${host.name}${more === 0 ? '' : ` and ${hosts(more)}`})`
}

const hosts = (count: number): string => `${count} more host${count === 1 ? '' : 's'}`
