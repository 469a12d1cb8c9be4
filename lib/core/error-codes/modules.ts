import type { ErrorCodes } from './error-code.ts'

/** The modules that ship: files, services, commands, Docker, WireGuard, facts. */
export const modules = {
  E_ASSERT: [
    'A condition of an `assert` task is not true.',
    'Read the message, which the playbook or role gives.',
  ],
  E_BAD_ARCHIVE: [
    'The archive does not contain a Docker image, or not the image that the task names.',
    'Create it with `docker save NAME`.',
  ],
  E_BAD_DATA_FILE: [
    'The file on the host is not valid JSON or YAML. It was not changed.',
    'Correct it at the line and column in the message.',
  ],
  E_BAD_FACT: [
    'A fact could not parse what the host returned.',
    'Run the playbook with `-vv` and look at the output of the host.',
  ],
  E_BAD_KEY: [
    '`key` leads through a value of the file that is no object or list, or behind the end of a list.',
    'Correct `key`, or set the value above it as a whole.',
  ],
  E_BAD_SUDOERS: [
    'visudo does not accept the text of a file of sudo. The file was not changed.',
    'Correct the arguments as the message of visudo says.',
  ],
  E_BAD_UNIT: ['systemd could not load the unit file.', 'Run `systemctl status UNIT` on the host.'],
  E_CANNOT_LOOK: [
    'The user of the task has no permission to read a path on the host.',
    'Set `become: true` for the task.',
  ],
  E_COMMAND_FAILED: [
    'A command with `changes: false` ended with an exit code that is not in `okCodes`.',
    'Read its output, or add the exit code to `okCodes`.',
  ],
  E_COMPOSE: [
    'Docker Compose refuses the project, or has containers of it that the task does not name.',
    'Read its message. Correct the compose file, or set `removeOrphans: true`.',
  ],
  E_DOCKER: ['`docker inspect` failed.', 'Run the command in the message on the host.'],
  E_DOCKER_ENGINE: [
    'The `docker` command on the host is not from Docker, or the engine is a snap or runs rootless.',
    'Install Docker Engine from packages of the distribution, and run it as root.',
  ],
  E_FAIL: ['A `fail` task of the playbook or role was run.', 'Read its message.'],
  E_FOREIGN_CHECKOUT: [
    'The git repository belongs to another user. Git would run programs of the choice of that user.',
    'Run the task as that user: `becomeUser`.',
  ],
  E_FOREIGN_CONTAINER: [
    'A container of that name was not created by run-playbook.',
    'Rename it, or let run-playbook manage or replace it: `adopt: true` (`-e adopt=yes` for the cluster).',
  ],
  E_FOREIGN_IMAGE: [
    'An image of that name was not built by run-playbook.',
    'Choose another name, or let run-playbook manage or replace it: `adopt: true`.',
  ],
  E_FOREIGN_NETWORK: [
    'A Docker network of that name was not created by run-playbook.',
    'Choose another name, or let run-playbook manage or replace it: `adopt: true`.',
  ],
  E_FOREIGN_VOLUME: [
    'A Docker volume of that name was not created by run-playbook.',
    'Choose another name, or let run-playbook manage or replace it: `adopt: true`.',
  ],
  E_FOREIGN_ACCOUNT: [
    "The user is not in `/etc/passwd` but in a directory service such as LDAP. The host's tools cannot change such users.",
    'Change the user in that directory service.',
  ],
  E_GIT_REMOTE: [
    'The host cannot read the git repository that the task names.',
    'Read the message of git. The host may need the key of the server, a key of its own, or a password.',
  ],
  E_GUARD_NOT_MET: [
    'The command succeeded, but the condition in `creates`, `removes` or `unless` is still not met.',
    'Correct the guard or the command.',
  ],
  E_ID_TAKEN: [
    'The uid or gid is already used by another user or group, or none is free.',
    'Choose another `uid` or `gid`, or leave it out to get the next free one.',
  ],
  E_KERNEL_MODULE: [
    'The running kernel does not have the module, or cannot unload it because it is built in.',
    'Check its name, or install the package that has it. After an upgrade of the kernel, reboot first.',
  ],
  E_LOCAL_CHANGES: [
    'The git checkout has changes or commits that no remote has.',
    'Commit and push them, or throw them away with `force: true`.',
  ],
  E_LOCAL_FILE: [
    'A file or directory of your machine that a file of a host is written to cannot be used.',
    'Read the message of the system. Correct permissions, or set `dest` to another directory.',
  ],
  E_MOUNTS_BELOW: [
    'A mount point cannot be unmounted, because something is mounted below it.',
    'Unmount that in an earlier task.',
  ],
  E_NETWORK_IN_USE: [
    'A Docker network has to be changed, but is in use.',
    'Stop the containers that use it, or disconnect them.',
  ],
  E_NOT_A_DIRECTORY: [
    'A parent of the path is not a directory.',
    'Correct the path, or remove the file that is in the way.',
  ],
  E_NOT_EMPTY: [
    'The mount point that is to be removed is a directory with entries.',
    'Remove them yourself, or use `state: absentFromFstab`.',
  ],
  E_NOT_MOUNTED: [
    'Nothing is mounted on the path that is to be mounted anew.',
    'Mount it in an earlier task.',
  ],
  E_NOT_SWAP: [
    'A file is to be used for swap, and holds something else.',
    'Remove it if nobody needs it, or choose another path.',
  ],
  E_NOT_THERE: [
    "A path whose mode or owner is to be set with `state: 'exists'` does not exist.",
    'Create it in an earlier task.',
  ],
  E_NOT_TEXT: [
    'A file is not UTF-8 text, or is larger than 104,448 bytes.',
    'Write the whole file with `copy` or `template`, or change it with `command`.',
  ],
  E_NO_ACCOUNT: ['The host has no such user or group.', 'Create it in an earlier task, or use a numeric ID.'],
  E_NO_ACCOUNT_TOOLS: [
    'The host has neither `useradd` nor the `adduser` of BusyBox.',
    'Install the package with `useradd`: `passwd` on Debian, `shadow-utils` on RHEL, `shadow` on Alpine.',
  ],
  E_NO_ARCHIVER: [
    'The host lacks a program that makes the archive.',
    'Install it in an earlier task, or use another format.',
  ],
  E_NO_COMPOSE: [
    'The host has no Docker Compose 2.',
    'Install it in an earlier task: the package is `docker-compose` on Debian 13.',
  ],
  E_NO_CONTAINER: ['There is no container of this name.', 'Create it with `docker(…)` in an earlier task.'],
  E_NO_CRONTAB: [
    'The host has no command `crontab`.',
    'Install it in an earlier task: the package is `cron` on Debian, `cronie` on RHEL.',
  ],
  E_NO_DEVICE: [
    'The device, file or directory that is to be mounted does not exist.',
    'Compare with the output of `lsblk` on the host, or create it in an earlier task.',
  ],
  E_NO_DIRECTORY: [
    'The directory of the file does not exist.',
    'Create it with `file(…)` in an earlier task.',
  ],
  E_NO_DOCKER: [
    'The docker command is not installed, or the Docker engine does not answer.',
    'Install and start Docker, and set `become: true` for the task.',
  ],
  E_NO_DOWNLOADER: [
    'The host has nothing to download the file with, or only a wget that would not do it safely.',
    'Install curl in an earlier task.',
  ],
  E_NO_FILE: [
    'The file that is to be edited does not exist.',
    'Create it in an earlier task, or set `create: true`.',
  ],
  E_NO_GIT: ['The host has no git.', 'Install it in an earlier task.'],
  E_NO_LOCALE: [
    'The host does not know the locale, or has no `locale-gen` to make it.',
    'Check its name, or install the package that has it.',
  ],
  E_NO_NC: [
    'The host has neither bash nor nc, so a connection cannot be tried.',
    'Install one of them in an earlier task, or delegate the task to another host.',
  ],
  E_NO_RULE: [
    'The file of PAM has no rule with this type, control and path.',
    'Compare all three with the file.',
  ],
  E_NO_SELINUX: [
    'The host has no SELinux, or not the policy that is asked for.',
    'Install a policy in an earlier task: `selinux-policy-default` on Debian, `selinux-policy-targeted` on RHEL and Fedora. Alpine has no SELinux.',
  ],
  E_NO_SEMANAGE: [
    'The host has no semanage, which sets what is not in the SELinux policy itself.',
    'Install `policycoreutils-python-utils` in an earlier task. A host without SELinux, such as Alpine, needs no such task.',
  ],
  E_NO_SETFACL: [
    'The host has no setfacl.',
    "Install it in an earlier task: `packages('acl', { names: ['acl'] })`.",
  ],
  E_NO_SOURCE: [
    'A local file or directory cannot be read.',
    'Check the path; relative paths are relative to the current directory.',
  ],
  E_NO_SSH_KEY: [
    'A file where a key of OpenSSH is to be is no key. It was not changed.',
    'Remove it if nobody needs it, or choose another path.',
  ],
  E_NO_SSH_KEYGEN: [
    'The host has no `ssh-keygen`.',
    'Install it in an earlier task: the package is `openssh-client` on Debian, `openssh-clients` on RHEL, `openssh-keygen` on Alpine.',
  ],
  E_NO_STAT: ['The host has no `stat` command.', 'Install coreutils, or a busybox with the stat applet.'],
  E_NO_SYSCTL: [
    'The running kernel has no setting of this name.',
    'Check the name, load the kernel module that brings the setting in an earlier task, or set `ignoreErrors: true`.',
  ],
  E_NO_SYSTEMD: ['The host does not run systemd.', 'Manage the service with `command` or `shell`.'],
  E_NO_TIMEZONE: [
    'The host does not have the time zone.',
    'Check the name, or install the package `tzdata` in an earlier task.',
  ],
  E_NO_UNIT: [
    'The host has no unit of this name.',
    'Install the package or the unit file in an earlier task.',
  ],
  E_NO_UNPACKER: [
    'The host does not have the programs that the archive takes, such as `xz` or `unzip`.',
    'Install them in an earlier task.',
  ],
  E_NO_VERSION: [
    'The git repository has no branch or tag of this name.',
    'Compare with the output of `git ls-remote`. A commit needs its full id.',
  ],
  E_NO_VARIABLE: [
    'The crontab has no variable of the name that `insertAfter` or `insertBefore` gives.',
    'Set that variable in an earlier task.',
  ],
  E_NO_VISUDO: [
    'The host has no `visudo`, so the text of a file of sudo cannot be checked.',
    'Install sudo in an earlier task, or set `validation`.',
  ],
  E_OTHER_HOME: [
    'The home directory of the user is not the one that the task would change or remove.',
    "Set `home` to the user's actual home directory, which the message names.",
  ],
  E_OTHER_HOST_KEY: [
    'known_hosts has another key of the server than the one that the task gives.',
    'Compare with the key on the server itself. If its key was changed, set `replace: true`.',
  ],
  E_OTHER_KIND: [
    'The path exists but is of another type, such as a directory instead of a file.',
    'Remove it yourself, or use `force: true` with `file`.',
  ],
  E_OTHER_MOUNT: [
    'Something else is mounted on the path already.',
    'Unmount it in an earlier task, or use another path.',
  ],
  E_OTHER_SSH_KEY: [
    'The private key on the host is of another type or size than the task gives, and `regenerate` is `fail`.',
    'Correct `type` and `size`, or have it replaced with another `regenerate`.',
  ],
  E_SELINUX_POLICY: [
    'The SELinux policy of the host has no such boolean, or has an entry of its own that cannot be removed.',
    'Check the name with `semanage boolean -l` on the host. Give a port or a path another type instead of removing it.',
  ],
  E_SYSCTL_READ_ONLY: [
    'The running kernel does not let the task change the setting, as in most containers.',
    'Set `become: true` for the task, or write only the file: `reload: false`.',
  ],
  E_UNIT_MASKED: ['The unit is masked.', 'Run `systemctl unmask UNIT` on the host.'],
  E_TOO_LARGE: [
    'A file of the host is larger than the task accepts.',
    'Raise `maxBytes`, or compress the file on the host first.',
  ],
  E_UNREADABLE_SSH_KEY: [
    'The private key on the host is damaged or has a passphrase, so it cannot be compared. It was not changed.',
    'Restore it or take the passphrase away, or have it replaced: `regenerate: fullIdempotence`.',
  ],
  E_UNSAFE_PATH: [
    'A directory in the path belongs to another user, who could replace the file with a link to another place.',
    'Make one user the owner of all directories in the path, or run the task as the user who owns them: `becomeUser`.',
  ],
  E_UNSUPPORTED: [
    'The package manager of the host, or its tools for accounts, cannot do what the task asks.',
    'Do what the message suggests.',
  ],
  E_VOLUME_DIFFERS: [
    'A Docker volume would have to be recreated, which would delete its data.',
    'Copy the data elsewhere and remove the volume yourself.',
  ],
} as const satisfies ErrorCodes
