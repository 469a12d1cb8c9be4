import type { ErrorCodes } from './error-code.ts'

/** The modules that ship: files, packages, services, commands, Docker, WireGuard, facts. */
export const modules = {
  E_BAD_ARCHIVE: [
    'The archive does not hold a Docker image, or not the one that is named.',
    'Make it with `docker save NAME`.',
  ],
  E_BAD_FACT: [
    'The host answered something that a fact cannot read.',
    'Run the task with `-vv` and look at the output on the host.',
  ],
  E_BAD_UNIT: ['systemd could not load the unit file.', 'Run `systemctl status UNIT` on the host.'],
  E_CANNOT_LOOK: ['A path on the host may not be read.', 'Set `become: true` for the task.'],
  E_COMMAND_FAILED: [
    'A command with `changes: false` ended with an exit code that is not in `okCodes`.',
    'Read its output, or add the exit code to `okCodes`.',
  ],
  E_DOCKER: ['`docker inspect` failed.', 'Run the command in the message on the host.'],
  E_DOCKER_ENGINE: [
    "The command docker on the host is not Docker's, or its engine is a snap or rootless.",
    "Install Docker's engine from the system's packages, run by root.",
  ],
  E_FOREIGN_CONTAINER: [
    'A container of that name was not created by run-playbook.',
    'Rename it, or take it over with `adopt: true` (`-e adopt=yes` for the cluster).',
  ],
  E_FOREIGN_IMAGE: [
    'An image of that name was not built by run-playbook.',
    'Choose another name, or take it over with `adopt: true`.',
  ],
  E_FOREIGN_NETWORK: [
    'A Docker network of that name was not created by run-playbook.',
    'Choose another name, or take it over with `adopt: true`.',
  ],
  E_FOREIGN_VOLUME: [
    'A Docker volume of that name was not created by run-playbook.',
    'Choose another name, or take it over with `adopt: true`.',
  ],
  E_FOREIGN_WIREGUARD: [
    'The WireGuard interface or its configuration was not made by run-playbook.',
    'Choose another interface, or remove the old one yourself.',
  ],
  E_GUARD_NOT_MET: [
    'The command succeeded, but what `creates`, `removes` or `unless` says is not so afterwards.',
    'Correct the guard or the command.',
  ],
  E_NETWORK_IN_USE: [
    'A Docker network differs from what is wanted and is in use.',
    'Stop the containers that use it, or disconnect them.',
  ],
  E_NOT_A_DIRECTORY: [
    'A parent of the path is not a directory.',
    'Correct the path, or remove what is there.',
  ],
  E_NOT_THERE: [
    "Nothing is at a path whose mode or owner is to be set with `state: 'exists'`.",
    'Create it in an earlier task.',
  ],
  E_NOT_TEXT: [
    'A file does not hold UTF-8 text, or more than 104,448 bytes.',
    'Write the whole file with `copy` or `template`, or change it with `command`.',
  ],
  E_NO_ACCOUNT: ['The host has no such user or group.', 'Create it in an earlier task, or give its number.'],
  E_NO_CONTAINER: ['There is no container of this name.', 'Create it with `docker(…)` in an earlier task.'],
  E_NO_DIRECTORY: [
    'The directory of the file does not exist.',
    'Create it with `file(…)` in an earlier task.',
  ],
  E_NO_DOCKER: [
    'The docker command is not installed, or the Docker engine does not answer.',
    'Install and start Docker, and set `become: true` for the task.',
  ],
  E_NO_FILE: [
    'The file whose text is to be changed does not exist.',
    'Create it in an earlier task, or set `create: true`.',
  ],
  E_NO_PACKAGE: [
    'The package lists of the host do not know the package.',
    'Check the name, or add the repository that has it in an earlier task.',
  ],
  E_NO_PACKAGE_MANAGER: [
    'The host has none of apt, apk and dnf.',
    'Install what is needed with `command` or `shell`.',
  ],
  E_NO_SOURCE: [
    'A file or folder of this machine cannot be read.',
    'Check the path; relative paths start at the current folder.',
  ],
  E_NO_STAT: ['The host has no `stat` command.', 'Install coreutils, or a busybox with the stat applet.'],
  E_NO_SYSTEMD: ['The host does not run systemd.', 'Manage the service with `command` or `shell`.'],
  E_NO_UNIT: [
    'The host has no unit of this name.',
    'Install the package or the unit file in an earlier task.',
  ],
  E_NO_WIREGUARD: [
    'The WireGuard tools are not installed.',
    'Install wireguard-tools, and wireguard-go where the kernel has no WireGuard.',
  ],
  E_OTHER_KIND: [
    'Something else is at the path, such as a directory where a file is wanted.',
    'Remove it yourself, or use `force: true` with `file`.',
  ],
  E_UNIT_MASKED: ['The unit is masked.', 'Run `systemctl unmask UNIT` on the host.'],
  E_UNSAFE_PATH: [
    'Somebody else could put another file in the place of what the task is to write, by a link or a folder of theirs on the way.',
    'Give the folders on the way to one user, or run the task as the user they belong to: `becomeUser`.',
  ],
  E_UNSUPPORTED: [
    'The package manager of the host cannot do what the task asks.',
    'Use what the message suggests.',
  ],
  E_VOLUME_DIFFERS: [
    'A Docker volume differs from what is wanted; changing it would lose its data.',
    'Move the data and remove the volume yourself.',
  ],
} as const satisfies ErrorCodes
