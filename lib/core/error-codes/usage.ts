import type { ErrorCodes } from './error-code.ts'

/** Found before any host is touched. */
export const usage = {
  E_AMBIGUOUS_TASK: [
    'Several tasks have the name that `--start-at-task` gives.',
    'Include the name of the role: `role › task`.',
  ],
  E_BAD_ARGUMENT: [
    'An argument of a module is misspelled, missing or has a wrong value.',
    'Correct the task; the page of the module in docs/modules lists the arguments.',
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
    'An entry of `notify` is not a handler: it is not a task, is also listed as a task, or notifies other handlers.',
    'Pass the handler itself, list it only in `notify`, and notify all handlers from the task.',
  ],
  E_BAD_OPTION: [
    'An option of a task, group, play, role, playbook or inventory is misspelled or has a wrong value.',
    'Correct it; docs/task-options.md lists the options.',
  ],
  E_BAD_PATTERN: [
    'A host pattern is empty, or its brackets do not match.',
    'Correct the pattern; examples are `all`, `web:&prod:!web-3` and `db*`.',
  ],
  E_BAD_PLAY: [
    '`serial` or `maxFailPercentage` of a play has a wrong value, `roles` or `tasks` is not a function, or what it returns has something else in it.',
    'Set `serial` to a number from 1, a percentage or a list of these, and `maxFailPercentage` to a number from 0 to 100. Write `roles: () => [ … ]`, and put only what a role or a module returns into the lists.',
  ],
  E_BAD_RESOURCE: [
    'An entry of `touches` or `sees` is not a resource, or the name of a resource kind is not valid.',
    "Create resources with a resource kind, such as `paths.at('/etc/hosts')`.",
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
  E_GROUP_CYCLE: [
    'Groups of the inventory contain each other.',
    'Remove one of the groups from the other group.',
  ],
  E_INIT: [
    '`run-playbook init` would have to overwrite a file, or the target is not a directory.',
    'Choose an empty directory.',
  ],
  E_LOAD: [
    'A playbook or an inventory could not be loaded, or the file does not export one as its default.',
    'Read the message; the file needs `export default definePlaybook({ … })` or `defineInventory({ … })`.',
  ],
  E_NOT_ANSWERED: [
    'The playbook asks for vars, and nobody answered, or there is no terminal to ask on.',
    'Run it on a terminal, or give the vars with `-e name=value`, or with `-e @FILE` for one that nobody may see.',
  ],
  E_NOT_CONFIRMED: [
    'The playbook asks before it overwrites something, and the answer was not yes.',
    'Run it again and answer yes, or, with `-e`, set the var that the message names.',
  ],
  E_NOT_LOOKED_AT: [
    '`lint` could not check the tasks of a playbook: it needs a value from you, a play has no hosts, or the inventory is wrong.',
    'If the message names a var, set it with `-e`. Otherwise correct the hosts of the play, or the inventory.',
  ],
  E_NO_ADDRESS: [
    'A host has no `address`, and its connection needs one.',
    'Add `address` to the host in the inventory.',
  ],
  E_NO_HOSTS: ['`--limit` matches no host.', 'Correct the pattern given to `-l`.'],
  E_NO_INVENTORY: [
    'There is no inventory file.',
    'Run the command in the project directory, or name the file with `-i`.',
  ],
  E_NO_PLAYBOOK: [
    'There is no playbook of this name.',
    'Check the name; `run-playbook --help` lists the playbooks.',
  ],
  E_PLAYBOOK: [
    'The code of a playbook threw an error while its plays were generated.',
    'Correct the line that the message names.',
  ],
  E_REPORT: [
    'The file given to `--report` cannot be written.',
    'Check that its directory exists and is writable.',
  ],
  E_TEMPLATE_FILE: [
    'A template file cannot be read.',
    "Check the path; `new URL('…', import.meta.url)` is relative to the playbook or role.",
  ],
  E_TEMPLATE_HELPER: [
    'A template calls a helper that does not exist, or passes it the wrong arguments.',
    'Use the helpers that the message lists, or compute the value in TypeScript.',
  ],
  E_TEMPLATE_PARTIAL: [
    'A template calls a partial that does not exist or that calls itself, or defines one that nothing uses.',
    'Correct its name: it is a file beside the template without `.hbs`, or one of `partials` of the task.',
  ],
  E_TEMPLATE_SYNTAX: [
    'A template is not valid Handlebars, or uses an unsupported feature of it.',
    'Correct the line that the message names.',
  ],
  E_TEMPLATE_VALUE: [
    'A value in a template cannot be rendered as text, for example an object or `undefined`.',
    'Pass text or a number, or use `{{json …}}` or `{{join …}}`.',
  ],
  E_TEMPLATE_VARIABLE: [
    'A template uses a variable that is not in `vars` of the task.',
    'Add it to `vars`, or correct its name.',
  ],
  E_TYPES: ['`lint` ran the TypeScript compiler, and it failed.', 'Read the output of `tsc` in the message.'],
  E_UNKNOWN_HOST: [
    'A name is neither a host nor a group of the inventory, or a pattern matches no host.',
    'Correct the name; `run-playbook PLAYBOOK --list-hosts` lists the hosts.',
  ],
  E_UNKNOWN_OUTPUT: ['There is no such value of `--output`.', 'Use `progress`, `plain`, `json` or `junit`.'],
  E_UNKNOWN_TAG: [
    'No task of the selected hosts has the tag that `--tags` or `--skip-tags` names.',
    'Correct the tag; `--list-tags` lists all tags.',
  ],
  E_UNKNOWN_TASK: [
    'No task has the name that `--start-at-task` gives.',
    'Find the name with `--list-tasks`.',
  ],
  E_USAGE: [
    'The command line is not valid.',
    'Read the message; `run-playbook --help` lists the commands and options.',
  ],
} as const satisfies ErrorCodes
