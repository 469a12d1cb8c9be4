import { UserError } from '../../../core/errors.ts'
import { type Module, type Plan, type ShellStep, defineModule } from '../../../core/module.ts'
import { type Prediction, type Probe, ask, askAll } from '../../../core/probe.ts'
import { EVERYTHING } from '../../../core/resource.ts'
import { sh } from '../../../core/sh.ts'
import { judge } from '../../commands/shared/define-run.ts'
import { exitOf, runScript } from '../../commands/shared/run-script.ts'
import { output } from '../../shared/output.ts'
import { scriptKey } from '../../shared/seen-script.ts'
import { type DockerContainer, dockerContainer } from '../shared/reader.ts'
import { type DockerExecArgs, args } from './args.ts'
import { type DockerExecGuards, assertMet, guardQuestions, holds } from './guards.ts'
import { execWords, secretEnv } from './words.ts'

/** What the program left: for `from(task, ({ stdout }) => …)`. */
export interface DockerExecState {
  /** False where a guard said that there was nothing to do. */
  readonly ran: boolean
  /** The exit code. */
  readonly code: number
  /** What was printed to standard output, with its last line break. */
  readonly stdout: string
  /** What was printed to standard error. */
  readonly stderr: string
  /** Exit codes of what the guards ran. */
  readonly guards: DockerExecGuards
  /** Undefined where there is none of this name. */
  readonly container: DockerContainer | undefined
}

/**
 * Runs a program in a running container. Without `creates`, `removes`, `unless` or `onlyIf`, it runs in every run, and the task is
 * reported as changed each time. The `environment` of the task is that of the docker command, not that of the program.
 *
 * As in Ansible's `community.docker.docker_container_exec`, a container that is not there or does not run is an error. Unlike there,
 * an exit code other than 0 fails the task; there is no terminal; and the run waits for the program.
 *
 * @results stdout, stderr, code, ran
 *
 * @dryRun Asks Docker for the container, and runs the guards in it. With `changes: false` the program itself is run. Otherwise it is not,
 * and everything is unknown to later tasks. Unknown if an earlier task may change what the guards look at, or the container is
 * yet to be started.
 *
 * @throws UserError E_NO_CONTAINER, E_GUARD_NOT_MET
 *
 * @example
 * docker.exec('schema of the app', {
 *   container: 'app',
 *   argv: ['bin/migrate', '--to', 'latest'],
 *   user: 'app',
 *   unless: 'bin/migrate --pending | grep -q ^0$',
 * })
 */
export const exec: Module<DockerExecArgs, DockerExecState> = defineModule<
  DockerExecArgs,
  DockerExecArgs,
  DockerExecState
>({
  name: 'docker_exec',
  args,
  ansible: { chdir: 'workdir', command: 'argv' },
  probe,
  plan,
  apply,
  // Nobody knows what a program does. One that only reads does nothing.
  touches: ({ changes }) => (changes === false ? [] : [EVERYTHING]),
  verify: (given, _before, after) => assertMet(given, after.guards),
  outcome: (after, [reply]) =>
    reply === undefined ? after : { ...after, ...exitOf(reply), ran: true, stdout: reply.stdout.toString() },
})

const SILENT = { ran: false, code: 0, stdout: '', stderr: '' }

const commandOf = (given: DockerExecArgs): string => sh`docker exec ${execWords(given, { input: true })}`

function probe(given: DockerExecArgs): Probe<DockerExecState> {
  const container = ask(dockerContainer, given.container)
  if (given.changes === false) {
    const said = ask(output, scriptKey(commandOf(given), given.sees))
    const both = askAll({ container, said })
    return {
      questions: both.questions,
      parse: (answers) => {
        const { container, said } = both.parse(answers)
        return { ...said, ran: true, guards: {}, container }
      },
    }
  }
  const asked = guardQuestions(given)
  return {
    questions: [...container.questions, ...asked.map(({ question }) => question)],
    parse: ([first, ...answers]) => ({
      ...SILENT,
      container: container.parse([first]),
      guards: Object.fromEntries(asked.map(({ name }, i) => [name, answers[i]])),
    }),
  }
}

function plan(given: DockerExecArgs, state: DockerExecState): Plan {
  assertRunning(given, state)
  if (given.changes === false) return judge(given, state, commandOf(given))
  const because = holds(given, state.guards)
  if (because !== undefined) return { changes: [], because }
  return { changes: [{ what: 'runs', to: commandOf(given) }], leaves: leaves(given) }
}

// What must hold afterwards, or the task has failed.
function leaves(given: DockerExecArgs): Prediction[] {
  const answers = { creates: 0, removes: 1, unless: 0 }
  return guardQuestions(given).flatMap(({ name, question }) =>
    name === 'onlyIf' ? [] : [{ question, answer: answers[name] }],
  )
}

function assertRunning({ container: name }: DockerExecArgs, { container }: DockerExecState): void {
  if (container?.status === 'running') return
  throw new UserError(
    'E_NO_CONTAINER',
    container === undefined
      ? `there is no container ${name}`
      : `the container ${name} does not run: it is ${container.status}`,
    { hint: 'Create or start it with docker(…) in an earlier task.' },
  )
}

function apply(given: DockerExecArgs): ShellStep[] {
  const { stdin, okCodes, timeoutMs } = given
  const run = { env: secretEnv(given), stdin, okCodes }
  return [{ ...runScript(run, commandOf(given)), timeoutMs, output: 'whole' }]
}
