import { UserError } from '../../../core/errors.ts'
import { type Question, question } from '../../../core/probe.ts'
import { sh } from '../../../core/sh.ts'
import { guard } from '../../commands/shared/guard-reader.ts'
import { scriptKey } from '../../shared/seen-script.ts'
import type { DockerExecArgs } from './args.ts'
import { execWords } from './words.ts'

/** Exit codes of what the guards run in the container. */
export interface DockerExecGuards {
  readonly creates?: number | undefined
  readonly removes?: number | undefined
  readonly unless?: number | undefined
  readonly onlyIf?: number | undefined
}

type Name = keyof DockerExecGuards

export function guardQuestions(
  args: DockerExecArgs,
): { readonly name: Name; readonly question: Question<number> }[] {
  const { creates, removes, unless, onlyIf, sees } = args
  const of = (name: Name, argv: readonly string[], depends?: typeof sees) => {
    const script = sh`docker exec ${execWords({ ...args, argv }, { input: false })}`
    return [{ name, question: question(guard, scriptKey(script, depends)) }]
  }
  // A link to nothing is there.
  const exists = (path: string): string[] => ['sh', '-c', '[ -e "$1" ] || [ -L "$1" ]', 'sh', path]
  return [
    ...(creates === undefined ? [] : of('creates', exists(creates))),
    ...(removes === undefined ? [] : of('removes', exists(removes))),
    ...(unless === undefined ? [] : of('unless', ['sh', '-c', unless], sees)),
    ...(onlyIf === undefined ? [] : of('onlyIf', ['sh', '-c', onlyIf], sees)),
  ]
}

/** Why there is nothing to do; `undefined` where there is something. @throws UserError where a guard could not be run */
export function holds(args: DockerExecArgs, found: DockerExecGuards): string | undefined {
  const broken = Object.entries(found).find(([, code]) => code !== undefined && code >= 125)
  if (broken !== undefined)
    throw new UserError('E_COMMAND_FAILED', `${broken[0]} could not be run in ${args.container}`, {
      hint: `Run it by hand: docker exec ${args.container} sh -c … The container needs a shell for creates, removes, unless and onlyIf.`,
    })
  if (found.creates === 0) return `${args.creates} exists`
  if (found.removes !== undefined && found.removes !== 0) return `${args.removes} does not exist`
  if (found.unless === 0) return `unless: ${args.unless}`
  if (found.onlyIf !== undefined && found.onlyIf !== 0) return `onlyIf failed: ${args.onlyIf}`
  return undefined
}

/**
 * Nothing is left to do once the program has kept its word.
 * @throws UserError naming the guard that does not hold although the program succeeded
 */
export function assertMet(args: DockerExecArgs, { creates, removes, unless }: DockerExecGuards): [] {
  const failed =
    creates !== undefined && creates !== 0
      ? `creates: ${args.creates} still does not exist`
      : removes === 0
        ? `removes: ${args.removes} still exists`
        : unless !== undefined && unless !== 0
          ? `unless: exit code ${unless} from: ${args.unless}`
          : undefined
  if (failed === undefined) return []
  throw new UserError('E_GUARD_NOT_MET', `the program succeeded, but ${failed}`, {
    hint: 'Correct the condition or the program. Otherwise the program would run again in every run.',
  })
}
