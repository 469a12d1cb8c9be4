import type { Change } from '../../../core/change.ts'
import { UserError } from '../../../core/errors.ts'
import { type Module, type Plan, defineModule } from '../../../core/module.ts'
import { type Prediction, type Probe, ask } from '../../../core/probe.ts'
import { EVERYTHING } from '../../../core/resource.ts'
import type { Schema } from '../../../core/schema.ts'
import { output } from '../../shared/output.ts'
import { scriptKey } from '../../shared/seen-script.ts'
import { type Found, type Guards, guardQuestions, assertMet, holds } from './guards.ts'
import type { RunArgs } from './run-args.ts'
import { exitOf, runScript, surroundings } from './run-script.ts'

/** What the command left: for `from(task, ({ stdout }) => …)`. */
export interface RunState {
  /** False where a guard said that there was nothing to do. */
  readonly ran: boolean
  /** The exit code. */
  readonly code: number
  /** What was printed to standard output, with its last line break. */
  readonly stdout: string
  /** What was printed to standard error. */
  readonly stderr: string
  /** What the guards found. */
  readonly guards: Found
}

/** A module that runs what `body` makes of its arguments. */
export function defineRun<Args extends RunArgs>(options: {
  readonly name: string
  readonly args: Schema<Args>
  readonly ansible: Readonly<Record<string, string>>
  readonly body: (args: Args) => string
  readonly shown: (args: Args) => string
}): Module<Args, RunState> {
  const { name, args: schema, ansible, body, shown } = options
  return defineModule<Args, Args, RunState>({
    name,
    args: schema,
    ansible,
    withEnvironment: (args, environment) => ({ ...args, env: { ...environment, ...args.env } }),
    probe: (args) => (args.changes === false ? probeOutput(args, body(args)) : probeGuards(args)),
    plan: (args, state) =>
      args.changes === false ? judge(args, state, shown(args)) : planRun(args, state, shown(args)),
    apply: (args) => [{ ...runScript(args, body(args)), timeoutMs: args.timeoutMs, output: 'whole' }],
    // Nobody knows what a command does. One that only reads does nothing.
    touches: ({ changes }) => (changes === false ? [] : [EVERYTHING]),
    verify: (args, _before, after) => assertMet(args, after.guards),
    outcome: (after, [reply]) => {
      if (reply === undefined) return after
      return { ...after, ...exitOf(reply), ran: true, stdout: reply.stdout.toString() }
    },
  })
}

const SILENT = { ran: false, code: 0, stdout: '', stderr: '' }

function probeGuards(args: Guards): Probe<RunState> {
  const asked = guardQuestions(args)
  return {
    questions: asked.flatMap(({ question }) => question),
    parse: (answers) => {
      const guards: Found = Object.fromEntries(asked.map(({ name }, i) => [name, answers[i]]))
      return { ...SILENT, guards }
    },
  }
}

function probeOutput(args: RunArgs, body: string): Probe<RunState> {
  const probe = ask(output, scriptKey([...surroundings(args), body].join('\n'), args.sees))
  return {
    questions: probe.questions,
    parse: (answers) => ({ ran: true, ...probe.parse(answers), guards: {} }),
  }
}

/** What a command that only reads has said. @throws UserError where its exit code is none of `okCodes` */
export function judge(
  { okCodes = [0] }: Pick<RunArgs, 'okCodes'>,
  { code, stdout, stderr }: Pick<RunState, 'code' | 'stdout' | 'stderr'>,
  shown: string,
): Plan {
  if (okCodes.includes(code)) return { changes: [], because: 'it only reads' }
  const said = (stderr.trim() || stdout.trim()).split('\n').slice(-5).join('\n')
  throw new UserError('E_COMMAND_FAILED', `exit code ${code} from: ${shown}${said === '' ? '' : `\n${said}`}`)
}

function planRun(args: RunArgs, { guards }: RunState, shown: string): Plan {
  const because = holds(args, guards)
  if (because !== undefined) return { changes: [], because }
  const changes: Change[] = [{ what: 'runs', to: shown }]
  return { changes, leaves: leaves(args) }
}

// What must hold afterwards, or the task has failed. What kind of thing a command creates cannot be foretold.
function leaves(args: RunArgs): Prediction[] {
  const answers = { removes: { type: 'absent' }, unless: 0 }
  return guardQuestions(args).flatMap(({ name, question }) =>
    name === 'removes' || name === 'unless' ? [{ question, answer: answers[name] }] : [],
  )
}
