import type { Change } from '../../../core/change.ts'
import { type Question, ask } from '../../../core/probe.ts'
import { guard } from './guard-reader.ts'
import { type Stat, stat } from '../../shared/stat.ts'
import type { RunArgs } from './run-args.ts'
import { surroundings } from './run-script.ts'

/** How a command says that there is nothing to do. */
export type Guards = Pick<RunArgs, 'creates' | 'removes' | 'unless' | 'onlyIf' | 'cwd' | 'env'>

/** What the host answered: exit codes of scripts, and what is at paths. */
export interface Found {
  readonly creates?: Stat
  readonly removes?: Stat
  readonly unless?: number
  readonly onlyIf?: number
}

export function guardQuestions(args: Guards): { readonly name: keyof Found; readonly question: Question }[] {
  const { creates, removes, unless, onlyIf } = args
  const script = (text: string): string => [...surroundings(args), text].join('\n')
  const asked: [keyof Found, readonly Question[]][] = [
    ['creates', creates === undefined ? [] : ask(stat, creates).questions],
    ['removes', removes === undefined ? [] : ask(stat, removes).questions],
    ['unless', unless === undefined ? [] : ask(guard, script(unless)).questions],
    ['onlyIf', onlyIf === undefined ? [] : ask(guard, script(onlyIf)).questions],
  ]
  return asked.flatMap(([name, questions]) => questions.map((question) => ({ name, question })))
}

/** Why there is nothing to do; `undefined` where there is something. */
export function holds(args: Guards, found: Found): string | undefined {
  if (found.creates !== undefined && found.creates.type !== 'absent') return `${args.creates} exists`
  if (found.removes?.type === 'absent') return `${args.removes} does not exist`
  if (found.unless === 0) return `unless: ${args.unless}`
  if (found.onlyIf !== undefined && found.onlyIf !== 0) return `not the case: ${args.onlyIf}`
  return undefined
}

/** What a command promised and did not do. */
export function unmet(args: Guards, found: Found): Change[] {
  const { creates, removes, unless } = found
  return [
    ...(creates?.type === 'absent' ? [{ what: 'creates', from: 'absent', to: args.creates }] : []),
    ...(removes !== undefined && removes.type !== 'absent'
      ? [{ what: 'removes', from: args.removes, to: 'absent' }]
      : []),
    ...(unless !== undefined && unless !== 0
      ? [{ what: 'unless', from: `exit code ${unless}`, to: args.unless }]
      : []),
  ]
}
