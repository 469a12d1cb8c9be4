import type { ErrorCodes } from './error-code.ts'

/** Connecting to a host, becoming another user, and the lock of a run. */
export const connection = {
  E_AUTH_FAILED: [
    'The host refused the login.',
    'Check the user, the agent and the keys until `ssh HOST` logs in.',
  ],
  E_BECOME_FAILED: [
    'The host refused to switch to the other user (sudo or su).',
    'Use `-K` if sudo asks for a password; check the sudoers file and the user name.',
  ],
  E_CHANNEL_FAILED: [
    'The SSH server refused to open another session, or a command on the host could not be stopped.',
    'Check `MaxSessions` in sshd_config. Commands that were already sent may still be running.',
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
    'Compare with the output of `ssh -v HOST`; the built-in client does not know every algorithm.',
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
    'Run it again: it continues from what it finds.',
  ],
  E_LOCKED: [
    'Another run is working on the host and did not finish in time.',
    'Wait for it to end, or wait longer with `--lock-wait`. A run whose connection was lost loses its lock after 50 s, when none of its scripts runs.',
  ],
  E_LOCK_FAILED: [
    'The lock file on the host cannot be created.',
    'Check that the directory in the message exists and is writable.',
  ],
  E_NOT_BACK: ['The host did not come back after a restart.', 'Look at the console of the host.'],
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
    'Correct the entry that the message names; `ssh -G HOST` shows the effective settings.',
  ],
  E_UNKNOWN_HOST_KEY: [
    'The key of the host is not in known_hosts.',
    'Compare the fingerprint, then log in once with `ssh HOST`.',
  ],
} as const satisfies ErrorCodes
