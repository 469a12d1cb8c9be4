import type { ErrorCodes } from './error-code.ts'

/** Connecting to a host, becoming another user, and the lock of a run. */
export const connection = {
  E_AUTH_FAILED: [
    'The host refused the login.',
    'Make `ssh HOST` log in: check the user, the agent and the keys.',
  ],
  E_BECOME_FAILED: [
    'The host refused to switch to the other user (sudo or su).',
    'Use `-K` when sudo asks for a password; check the sudoers file and the name of the account.',
  ],
  E_CHANNEL_FAILED: [
    'The SSH server opens no further session, or the host could not be told to stop.',
    'Check `MaxSessions` in sshd_config; steps that were sent before may still run to their end.',
  ],
  E_CONNECTION_LOST: [
    'The connection broke, or the host stopped answering, during the run.',
    'Check the host, then run the playbook again: it continues from what it finds.',
  ],
  E_CONNECT_FAILED: [
    'The host cannot be reached.',
    'Check that `ssh HOST` works, or that the container or chroot exists and runs.',
  ],
  E_FILE: [
    'A file of this machine, which was to be sent, cannot be read.',
    'Check the path and its permissions.',
  ],
  E_FORWARD_FAILED: [
    'The host cannot open a TCP connection to the address and port in the message.',
    'Check that the server listens there, and that nothing between them rejects it.',
  ],
  E_FORWARD_REFUSED: [
    'The SSH server of a jump host forbids TCP forwarding.',
    'Allow it there: `AllowTcpForwarding yes`, or `PermitOpen` with the address in the message.',
  ],
  E_HANDSHAKE_FAILED: [
    'SSH could not agree on algorithms, or the server is not an SSH server.',
    'Compare `ssh -v HOST`; the built-in client does not know every algorithm.',
  ],
  E_HOST_KEY_CHANGED: [
    'The host shows another key than the one in known_hosts.',
    'Find out why. If the host was reinstalled, remove the old key with `ssh-keygen -R HOST`.',
  ],
  E_HOST_KEY_REVOKED: [
    'The host shows a key that known_hosts marks as revoked.',
    'Do not connect. Give the host a new key.',
  ],
  E_INTERRUPTED: [
    'The run was interrupted by Ctrl-C or a signal.',
    'Run it again: it continues from what it finds.',
  ],
  E_LOCKED: [
    'Another run works on the host and did not end in time.',
    'Wait for it to end, or wait longer with `--lock-wait`.',
  ],
  E_LOCK_FAILED: [
    'The lock file on the host cannot be made.',
    'Check that the folder in the message exists and can be written.',
  ],
  E_NOT_BACK: ['The host did not come back after a restart.', 'Look at its console.'],
  E_NO_SHELL: [
    'The host did not start a POSIX shell.',
    'Run the command in the message; over SSH it is `ssh HOST /bin/sh -c true`.',
  ],
  E_NO_SSH_CLIENT: [
    "The login needs OpenSSH's own client, and it is not installed.",
    'Install `openssh-client` on this machine.',
  ],
  E_SSH_CONFIG: [
    'The ssh config cannot be used for this host.',
    'Correct the entry that the message names; `ssh -G HOST` shows what applies.',
  ],
  E_UNKNOWN_HOST_KEY: [
    'The key of the host is not in known_hosts.',
    'Compare the fingerprint, then log in once with `ssh HOST`.',
  ],
} as const satisfies ErrorCodes
