import type { ErrorCodes } from './error-code.ts'

/** Found before any host is touched. */
export const usage = {
  E_AMBIGUOUS_TASK: [
    'Several tasks have the name that `--start-at-task` gives.',
    'Name the role too: `role › task`.',
  ],
  E_BAD_ARGUMENT: [
    'An argument of a module is misspelled, missing or has a wrong value.',
    'Correct the task; docs/modules.md lists the arguments.',
  ],
  E_BAD_CONNECTION: [
    'The `connection` of a host in the inventory is not a connection.',
    "Use `'ssh'`, `'local'`, `ssh({ … })`, `dockerExec({ … })`, `chroot({ … })` or your own; see docs/connections.md.",
  ],
  E_BAD_DEPENDENCY: [
    'A task uses the result of another task that is not listed before it.',
    'List the other task earlier in the same play.',
  ],
  E_BAD_HANDLER: [
    'What `notify` names is not a handler: it is no task, is listed as a task too, or notifies others itself.',
    'Pass the handler itself, list it in `notify` only, and notify all handlers from the task.',
  ],
  E_BAD_OPTION: [
    'An option of a task, group, play, role, playbook or inventory is misspelled or has a wrong value.',
    'Correct it; docs/task-options.md lists the options.',
  ],
  E_BAD_PATTERN: [
    'A host pattern is empty or its brackets do not match.',
    'Correct the pattern; `all`, `web:&prod:!web-3` and `db*` are patterns.',
  ],
  E_BAD_PLAY: [
    '`serial` or `maxFailPercentage` of a play has a wrong value.',
    'Give `serial` a number from 1, a percentage or a list of them, and `maxFailPercentage` a number from 0 to 100.',
  ],
  E_BAD_RESOURCE: [
    'What `touches` or `sees` lists is not a resource, or the name of a resource kind is not valid.',
    "Make resources with a kind, such as `paths.at('/etc/hosts')`.",
  ],
  E_BAD_VARS: [
    'A var is misspelled, missing or has a wrong value, in the inventory, in a role or in `-e`.',
    'Correct the var; `run-playbook explain VAR -l HOST` shows where a value comes from.',
  ],
  E_DUPLICATE_TASK: [
    'Two tasks of a role have the same name, or one task is listed twice.',
    'Give each task of a role its own name.',
  ],
  E_EMPTY_INVENTORY: ['The inventory has no hosts.', 'Add a host to `hosts` in inventory.ts.'],
  E_GROUP_CYCLE: ['Groups of the inventory contain each other.', 'Remove one of the groups from the other.'],
  E_INIT: [
    '`run-playbook init` found a file that it would have to overwrite, or no folder.',
    'Choose an empty folder.',
  ],
  E_LOAD: [
    'A playbook or an inventory could not be loaded, or its default export is not one.',
    'Read the message; the file needs `export default definePlaybook({ … })` or `defineInventory({ … })`.',
  ],
  E_NOT_CONFIRMED: [
    'The playbook asks before it overwrites something, and the answer was not yes.',
    'Answer yes, or pass the var that the message names.',
  ],
  E_NOT_LOOKED_AT: [
    '`lint` could not make the plays of a playbook without asking the hosts or the operator.',
    'Pass the vars that the message names with `-e`.',
  ],
  E_NO_ADDRESS: [
    'A host has no `address`, and its connection needs one.',
    'Add `address` to the host in the inventory.',
  ],
  E_NO_HOSTS: ['`--limit` leaves no host.', 'Correct the pattern of `-l`.'],
  E_NO_INVENTORY: [
    'There is no inventory file.',
    'Run the command in the folder of the project, or name the file with `-i`.',
  ],
  E_NO_PLAYBOOK: [
    'There is no playbook of this name.',
    'Check the name; `run-playbook --help` lists the playbooks.',
  ],
  E_PLAYBOOK: [
    'The code of a playbook threw an error while its plays were made.',
    'Correct the line that the message names.',
  ],
  E_REPORT: [
    'The file of `--report` cannot be written.',
    'Check that its folder exists and that you may write to it.',
  ],
  E_TEMPLATE_FILE: [
    'A template file cannot be read.',
    "Check the path; `new URL('…', import.meta.url)` is relative to the playbook or role.",
  ],
  E_TEMPLATE_HELPER: [
    'A template calls a helper that does not exist, or with wrong arguments.',
    'Use the helpers that the message lists, or compute the value in TypeScript.',
  ],
  E_TEMPLATE_SYNTAX: [
    'A template is not valid Handlebars, or uses a part of it that is not supported.',
    'Correct the line that the message names.',
  ],
  E_TEMPLATE_VALUE: [
    'A value in a template cannot be written as text, such as an object or `undefined`.',
    'Pass text or a number, or use `{{json …}}` or `{{join …}}`.',
  ],
  E_TEMPLATE_VARIABLE: [
    'A template uses a variable that `vars` of the task does not have.',
    'Add it to `vars`, or correct its name.',
  ],
  E_TYPES: ['`lint` ran the TypeScript compiler, and it failed.', 'Read the output of `tsc` in the message.'],
  E_UNKNOWN_HOST: [
    'A name is neither a host nor a group of the inventory, or a pattern matches none.',
    'Correct the name; `run-playbook PLAYBOOK --list-hosts` lists the hosts.',
  ],
  E_UNKNOWN_OUTPUT: ['There is no such value of `--output`.', 'Use `progress`, `plain`, `json` or `junit`.'],
  E_UNKNOWN_TAG: [
    'No task of these hosts has the tag that `--tags` or `--skip-tags` names.',
    'Correct the tag; `--list-tags` lists all tags.',
  ],
  E_UNKNOWN_TASK: ['No task has the name that `--start-at-task` gives.', 'Look it up with `--list-tasks`.'],
  E_USAGE: ['The command line is wrong.', 'See `run-playbook --help`.'],
} as const satisfies ErrorCodes
