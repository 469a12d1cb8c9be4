import type { ErrorCodes } from './error-code.ts'

/** The playbooks and roles of the PostgreSQL cluster. */
export const cluster = {
  E_BAD_IMAGE: [
    'An image of your own lacks what a node needs.',
    'Make it with `docker/postgres/Dockerfile` or `FROM run-playbook/postgres`.',
  ],
  E_BAD_TIME: [
    '`target-time` is not a point in time.',
    'Write it as `2026-11-24 14:03:00+01:00`; without an offset it is UTC.',
  ],
  E_DRILL_FAILED: [
    'The restore of the newest backup failed, or no drill ran yet.',
    'Run `journalctl -u run-playbook-drill` on the node.',
  ],
  E_ENDS_EARLY: [
    'No repository reaches the present: WAL is missing.',
    'Restore what there is with `-e target=latest`.',
  ],
  E_FENCED: [
    'The primary is fenced, and a node that may have taken over was not reached.',
    'Bring that node back; if none took over, remove the file `fenced` from the data folder.',
  ],
  E_FOLDERS: [
    'Two folders of a node are the same, or one is inside the other.',
    'Give each its own folder in the inventory.',
  ],
  E_FOREIGN_CLUSTER: [
    'The nodes hold data of different clusters.',
    'Move the data that does not belong here out of its data folder.',
  ],
  E_IMAGE_DISK: [
    'The image has another user id of postgres, or another kind of C library, than what the data were made with.',
    'Go back to the image of the data. A node changes to the other one with a new copy of the data.',
  ],
  E_IMAGE_VERSION: [
    'The image holds another major version of PostgreSQL than the data.',
    'Use an image of the version that the data has.',
  ],
  E_LIMITED: ['`--limit` was given to a playbook that has to see every node.', 'Leave out `--limit`.'],
  E_LOST_CLUSTER: [
    'There are backups of a cluster, but no node has its data.',
    'Restore it with `run-playbook restore -e in-place=yes`, or move the backups away for a new cluster.',
  ],
  E_NETWORK: [
    'The address of a node is outside of the network of the cluster.',
    'Correct the address, or set the node var `network`.',
  ],
  E_NOT_HEALTHY: [
    'There is no container whose health could be awaited.',
    'Create it with `docker(…)` in an earlier task.',
  ],
  E_NOT_RECOVERABLE: [
    'No repository can restore the target.',
    'Choose another target; the message lists what each repository reaches.',
  ],
  E_NOT_REJOINED: [
    'The node did not become a replica in time.',
    'Run `docker logs postgres` on the node, then run the playbook again.',
  ],
  E_NO_DRILL: ['The drill is not installed on the node.', 'Run `run-playbook site`.'],
  E_NO_IMAGE: [
    'The image is not on the host and cannot be pulled.',
    'Pull or load it on the host, or correct the name.',
  ],
  E_NO_NODES: ['The inventory has no group `postgres` with hosts.', 'Add the group; see docs/cluster.md.'],
  E_NO_OVERLAY: [
    'The node has no overlay address, or other nodes do not answer over the overlay.',
    "Set up the VPN, or `overlay: 'auto'` in the inventory; check UDP port 51820.",
  ],
  E_NO_PRIMARY: [
    'Nodes hold data of a replica, and no primary was found.',
    'Bring the primary back, or promote a replica.',
  ],
  E_NO_ROOM: ['The disk is too small for the restore.', 'Make room, set `restoreDir`, or use `-e keep=no`.'],
  E_OVERTAKEN: [
    'The primary was overtaken by a node that was not reached.',
    'Bring that node back, or promote a replica.',
  ],
  E_PROMOTE: [
    'The node cannot be promoted now. Nothing was changed.',
    'Read the message; it names the condition that is not met.',
  ],
  E_RECLONE: [
    'The node cannot be copied anew now. Nothing was changed.',
    'Read the message; it names the condition that is not met.',
  ],
  E_REPOSITORY_CIPHER: [
    '`encrypt` differs from how the repository was made.',
    'Set it back, or begin a new repository as the message describes.',
  ],
  E_REPOSITORY_KEY: [
    'The secrets do not hold the key of an encrypted repository.',
    'Take the key from a node, as the message describes.',
  ],
  E_OVERLAY_MTU: [
    'Large packets do not get through the overlay, small ones do.',
    'Set the node var `mtu` to less, such as 1280.',
  ],
  E_RESTORE_UNFINISHED: ['A restore was cut short.', 'Run `run-playbook restore -e in-place=yes` again.'],
  E_SECRETS_DIFFER: [
    'A secret on a node is another one than in the store.',
    'Bring the store and the node in line: see docs/secrets.md.',
  ],
  E_SECRETS_LOST: [
    'The store lacks secrets that the nodes have.',
    'Bring `secrets.age` back, or run `run-playbook take-over`.',
  ],
  E_TAKE_OVER: [
    'The secrets of the nodes were not taken over.',
    'The message says why: a node was not reached, or the nodes differ.',
  ],
  E_TWO_PRIMARIES: [
    'Two nodes accept writes.',
    'Decide which one to keep, stop the other, and copy it anew with `run-playbook reclone`.',
  ],
  E_TWO_TARGETS: ['More than one target was given to a restore.', 'Give one of the `target…` vars.'],
} as const satisfies ErrorCodes
