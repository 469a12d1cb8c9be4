import { UserError } from '../../../core/errors.ts'
import { type Question, ask } from '../../../core/probe.ts'
import { guard } from './guard-reader.ts'
import { type Stat, stat } from '../../shared/stat.ts'
import type { RunArgs } from './run-args.ts'
import { surroundings } from './run-script.ts'
import { scriptKey } from '../../shared/seen-script.ts'

/** How a command says that there is nothing to do. */
export type Guards = Pick<RunArgs, 'creates' | 'removes' | 'unless' | 'onlyIf' | 'cwd' | 'env' | 'sees'>

/** What the host answered: exit codes of scripts, and what is at paths. */
export interface Found {
  readonly creates?: Stat | undefined
  readonly removes?: Stat | undefined
  readonly unless?: number | undefined
  readonly onlyIf?: number | undefined
}

export function guardQuestions(args: Guards): { readonly name: keyof Found; readonly question: Question }[] {
  const { creates, removes, unless, onlyIf, sees } = args
  const script = (text: string): string => scriptKey([...surroundings(args), text].join('\n'), sees)
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
  if (found.onlyIf !== undefined && found.onlyIf !== 0) return `onlyIf failed: ${args.onlyIf}`
  return undefined
}

/**
 * Nothing is left to do once the command has kept its word.
 * @throws UserError naming the guard that does not hold although the command succeeded
 */
export function assertMet(args: Guards, { creates, removes, unless }: Found): [] {
  const failed =
    creates?.type === 'absent'
      ? `creates: ${args.creates} still does not exist`
      : removes !== undefined && removes.type !== 'absent'
        ? `removes: ${args.removes} still exists`
        : unless !== undefined && unless !== 0
          ? `unless: exit code ${unless} from: ${args.unless}`
          : undefined
  if (failed === undefined) return []
  throw new UserError('E_GUARD_NOT_MET', `the command succeeded, but ${failed}`, {
    hint: 'Correct the condition or the command. Otherwise the command would run again in every run.',
  })
}
