import type { ErrorCodes } from './error-code.ts'

/** A task, or the run as a whole. */
export const run = {
  E_ASK_FAILED: [
    'A reader or a channel could not say what a module asked for.',
    'Read the message; in your own code throw a `UserError` with a code and a hint.',
  ],
  E_BACKGROUND: [
    'A module with other steps than shell commands, or a reboot, has `background: true`.',
    'Leave out `background`.',
  ],
  E_BUG: ['run-playbook itself failed.', 'Report the lines that are printed.'],
  E_DEFERRED: [
    'A function that was given to `from` threw an error.',
    'Correct the function; it gets the state that the tasks left.',
  ],
  E_FAILED: [
    'A task failed without a reason, or the process ended before the run.',
    'Look at the lines before; a playbook must not call `process.exit`.',
  ],
  E_FAILED_WHEN: [
    '`failedWhen` of the task returned true or a reason.',
    "Read the reason; the task's own condition decides.",
  ],
  E_JOB_LOST: [
    'A command in the background of the host ended without leaving its result.',
    'Run the playbook again; `dmesg` on the host shows whether it ran out of memory.',
  ],
  E_NOT_ASKED: [
    'The host was not asked, because the run ended before.',
    'Look at the error that ended the run.',
  ],
  E_NOT_CONVERGED: [
    'The task made its change, and the host still differs from what is wanted.',
    'Find out what undoes the change on the host; in your own module check that `apply` makes what `plan` wants.',
  ],
  E_NOT_ENDED: [
    'The report was written while the run had not ended.',
    'The run was killed or still runs; run it again.',
  ],
  E_NO_ANSWER: [
    'The host gave no answer to a question of the module, or a report is still waiting for one.',
    'Define readers once, outside of functions; otherwise check the host.',
  ],
  E_OWN_MACHINE: [
    'A task would reboot the machine that run-playbook runs on.',
    'Leave it out for that host, or set `ownMachine: true`.',
  ],
  E_OTHER_JOB: [
    'An earlier run began the task in the background with other arguments, and that job still runs.',
    'Wait until it has ended, or end it on the host, and run again.',
  ],
  E_PROBE_TIMEOUT: [
    'The host did not answer a question within a minute.',
    'Look for a dead network mount or a stuck daemon on the host.',
  ],
  E_RESUME: [
    'The file that says where the last run stopped cannot be read or written.',
    'Remove `resume.json` from the state folder, or leave out `--resume`.',
  ],
  E_RETRIES: [
    'The task was tried as often as `retry` allows, and `until` is still false.',
    'Find out why the condition does not come true, or allow more time.',
  ],
  E_RUN_ONCE: ['A task with `runOnce` failed on the host that ran it.', 'Look at the error of that host.'],
  E_STEP_FAILED: ['A command of the change failed.', 'Read its output; `-vv` shows the whole command.'],
  E_STEP_TIMEOUT: [
    'A command did not end in time and was stopped.',
    'Find out what it waits for, or give the task a larger `timeoutMs`.',
  ],
  E_TASK_OPTION: [
    '`changedWhen`, `failedWhen` or `until` of a task threw an error.',
    'Correct the function that the message names.',
  ],
  E_UNEXPECTED: [
    'An error that run-playbook does not know: usually a fault in a module.',
    'Read the stack; report it if the module ships with run-playbook.',
  ],
  E_WAIT_TIMEOUT: [
    'What the task waits for did not happen in time.',
    'Look at the service or container that is waited for, or allow more time.',
  ],
} as const satisfies ErrorCodes
