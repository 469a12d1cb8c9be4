import type { ErrorCodes } from './error-code.ts'

/** A task, or the run as a whole. */
export const run = {
  E_ASK_FAILED: [
    'A reader or a channel could not answer a question of a module.',
    'Read the message; in your own code throw a `UserError` with a code and a hint.',
  ],
  E_BACKGROUND: [
    '`background: true` is set for a reboot, or for a module that does more than run shell commands.',
    'Remove `background` from the task.',
  ],
  E_BAD_TARGET: [
    'A question does not say which server to ask, or names one that the channel cannot use.',
    'In your module, pass the target as the last argument of `ask` and `predict`.',
  ],
  E_BUG: ['run-playbook has a bug.', 'Report it with all the lines that were printed.'],
  E_DEFERRED: [
    'A function that was passed to `from` threw an error.',
    'Correct the function; it receives the state that the earlier tasks left behind.',
  ],
  E_FAILED: [
    'A task failed without giving a reason, or the process exited before the run was finished.',
    'Look at the preceding output; a playbook must not call `process.exit`.',
  ],
  E_FAILED_WHEN: [
    '`failedWhen` of the task returned true or a reason.',
    'Fix what the reason describes, or correct the condition in the task.',
  ],
  E_JOB_LOST: [
    'A background command on the host ended without leaving a result.',
    'Run the playbook again; `dmesg` shows whether the host ran out of memory.',
  ],
  E_NOT_ASKED: ['The run ended before it got to this host.', 'Look at the error that ended the run.'],
  E_NOT_CONVERGED: [
    'After the change, the host still differs from the desired state; or a file edit would change its own result again, in which case nothing was changed.',
    'Find out what undoes the change on the host. In your own module, check that `apply` makes the changes in `plan`, and that an edit returns its own result unchanged.',
  ],
  E_NOT_ENDED: [
    'The report was written before the run ended: the run was killed or is still running.',
    'Wait for the run to end, or run it again.',
  ],
  E_NO_ANSWER: [
    'A question of a module got no answer, or a host does not answer a report with `--watch`.',
    'Check the host. In your own module, define readers once, outside of functions.',
  ],
  E_OWN_MACHINE: [
    'A task would reboot the machine that run-playbook runs on.',
    'Skip the task on that host, or set `ownMachine: true`.',
  ],
  E_OTHER_JOB: [
    'An earlier run started the task in the background with other arguments, and that job is still running.',
    'Wait until that job has ended, or kill it on the host, then run the playbook again.',
  ],
  E_PROBE_TIMEOUT: [
    'A probe on the host, or a server that is asked over a channel, did not answer within a minute.',
    'Look for a dead network mount or a stuck daemon on the host.',
  ],
  E_RESUME: [
    'The file that records where the last run stopped cannot be read or written.',
    'Remove the file that the message names, or leave out `--resume`.',
  ],
  E_RETRIES: [
    'All attempts that `retry` allows were made, and `until` is still false.',
    'Find out why the condition does not become true, or allow more attempts.',
  ],
  E_RUN_ONCE: ['A task with `runOnce` failed on the host that ran it.', 'Look at the error on that host.'],
  E_STEP_FAILED: [
    'A command that makes the change failed.',
    'Read the output of the command; `-vv` also shows the whole command.',
  ],
  E_STEP_TIMEOUT: [
    'A command, or a step of a channel, did not finish in time and was stopped.',
    'Find out what it is waiting for, or give the task a larger `timeoutMs`.',
  ],
  E_TASK_OPTION: [
    '`changedWhen`, `failedWhen` or `until` of a task threw an error.',
    'Correct the function that the message names.',
  ],
  E_UNEXPECTED: [
    "An unexpected error in a module. If it is in your project's code, the message names the file and line.",
    'Correct that line. If the module ships with run-playbook, report the error with its stack trace.',
  ],
  E_WAIT_TIMEOUT: [
    'The condition that the task waits for was not met in time.',
    'Check the service or container that the task waits for, or allow more time.',
  ],
} as const satisfies ErrorCodes
