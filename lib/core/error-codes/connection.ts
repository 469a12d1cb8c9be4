import type { ErrorCodes } from './error-code.ts'

/** Connecting to a host, becoming another user, and the lock of a run. */
export const connection = {
  E_AUTH_FAILED: [
    'The host refused the login.',
    'Check the user, the agent and the keys until `ssh HOST` logs in.',
  ],
  E_BECOME_FAILED: [
    'The host refused to switch to the other user (sudo or su).',
    'Install sudo if it is missing. If sudo asks for a password, use `-K`. Otherwise check the sudoers file and the user name.',
  ],
  E_CHANNEL_FAILED: [
    'The SSH server refused to open another session, a command on the host could not be stopped, or too many files are open here.',
    'Check `MaxSessions` in sshd_config, and `ulimit -n` here. Commands that were already sent may still be running.',
  ],
  E_CONNECTION_LOST: [
    'The connection broke, or the host stopped answering, during the run.',
    'Check the host, then run the playbook again: it checks the host and does only what is still missing.',
  ],
  E_CONNECT_FAILED: [
    'The host cannot be reached.',
    'Check that `ssh HOST` works, or that the container or chroot exists and runs.',
  ],
  E_FILE: [
    'A local file that is to be sent to the host cannot be read.',
    'Check the path and its permissions.',
  ],
  E_FORWARD_FAILED: [
    'The host cannot open a TCP connection to the address and port in the message.',
    'Check that the server listens there, and that no firewall rejects the connection.',
  ],
  E_FORWARD_REFUSED: [
    'The SSH server of a jump host forbids TCP forwarding.',
    'Allow it there: `AllowTcpForwarding yes`, or `PermitOpen` with the address in the message.',
  ],
  E_HANDSHAKE_FAILED: [
    'Client and server could not agree on SSH algorithms, or the server is not an SSH server.',
    "Look in the output of `ssh -v HOST` for the algorithms that the server offers. If `ssh` can log in, use it: `ssh({ transport: 'openssh' })`.",
  ],
  E_HOST_KEY_CHANGED: [
    'The host key differs from the one in known_hosts.',
    'Find out why. If the host was reinstalled, remove the old key with `ssh-keygen -R HOST`.',
  ],
  E_HOST_KEY_REVOKED: [
    'The host key is marked as revoked in known_hosts.',
    'Do not connect. Give the host a new key.',
  ],
  E_INTERRUPTED: [
    'The run was interrupted by Ctrl-C or a signal.',
    'Run it again: it checks the hosts and does only what is still missing.',
  ],
  E_LOCKED: [
    'Another run is working on the host and did not finish in time.',
    'Wait for it to end, or wait longer with `--lock-wait`. If that run lost its connection, its lock expires after 50 s, unless one of its scripts is still running.',
  ],
  E_LOCK_FAILED: [
    'The host cannot be locked: `flock` is missing, or the lock file cannot be created.',
    'Read the message: install `flock`, make `/run` or `/tmp` writable, or remove the lock file that somebody else made.',
  ],
  E_NOT_BACK: ['The host did not come back after a restart.', 'Look at the console of the host.'],
  E_NO_NEW_LOGIN: [
    'After a change that may keep logins out, a new login failed. The change was taken back.',
    'Read why the login failed, and correct the arguments of the task.',
  ],
  E_NO_SHELL: [
    'The host did not start a POSIX shell.',
    'Read the reason in the message. The command in it must succeed (over SSH: `ssh HOST /bin/sh -c true`). If it does, check that `dd` and `timeout` are installed and that there is room for temporary files.',
  ],
  E_NO_SSH_CLIENT: [
    "The login needs OpenSSH's own client, and it is not installed.",
    'Install `openssh-client` on this machine.',
  ],
  E_SSH_CONFIG: [
    'The ssh config cannot be used for this host.',
    'Correct the entry that the message names; `ssh -G HOST` shows the effective settings.',
  ],
  E_UNKNOWN_HOST_KEY: [
    'The key of the host is not in known_hosts.',
    'Compare the fingerprint, then log in once with `ssh HOST`.',
  ],
} as const satisfies ErrorCodes
