import type { ErrorCodes } from './error-code.ts'

/** The playbooks and roles of the PostgreSQL cluster. */
export const cluster = {
  E_ABORT: [
    'The operation cannot be aborted: it has passed its point of no return, or it is not known how far it got. Nothing was changed.',
    'Run the same command without `abort=yes` to finish it. The message says if something else is needed.',
  ],
  E_ADOPT: [
    'The cluster was not adopted, or a node has to be adopted before this can be done.',
    'Follow the hint of the message; see also docs/adopt.md.',
  ],
  E_BAD_IMAGE: [
    'Your own image lacks something that a node needs.',
    'Build it with `docker/postgres/Dockerfile` or `FROM run-playbook/postgres`.',
  ],
  E_BAD_TIME: [
    '`target-time` is not a point in time.',
    'Write it as `2026-11-24 14:03:00+01:00`; without an offset it is UTC.',
  ],
  E_DRILL_FAILED: [
    'The test restore of the newest backup failed, or no drill has run yet.',
    'Read `journalctl -u run-playbook-drill` on the node, then run `run-playbook drill -l NODE`.',
  ],
  E_ENDS_EARLY: [
    'No repository can restore the latest state, because WAL is missing.',
    'Restore as far as the archived WAL goes with `-e target=latest`.',
  ],
  E_FENCED: [
    'The primary is fenced, and a node that may have been promoted cannot be reached.',
    'Bring that node back. If no node was promoted, remove the file `fenced` from `dataDir` (`/data/postgres` by default) on the primary.',
  ],
  E_FOLDERS: [
    'Two directories of a node are the same, or one is inside the other.',
    'Set a separate directory for each in the inventory.',
  ],
  E_FOREIGN_CLUSTER: [
    'The nodes hold data of different clusters.',
    'Compare the system identifiers in the message. On the node with the wrong one, run `docker stop postgres` and move the contents of `dataDir` elsewhere, then run `run-playbook site`.',
  ],
  E_IMAGE_DISK: [
    'The user ID of postgres or the C library differs between the image and the one that the data was created with.',
    'Go back to the previous image. To change to the new image, re-clone the nodes one at a time.',
  ],
  E_IMAGE_VERSION: [
    'The image contains a different major version of PostgreSQL than the data.',
    'Use an image with the major version of the data.',
  ],
  E_LIMITED: ['`--limit` was given to a playbook that has to see every node.', 'Leave out `--limit`.'],
  E_LOST_CLUSTER: [
    'There are backups of a cluster, but no node has its data.',
    'Restore it with `run-playbook restore -e in-place=yes`. To create a new cluster, move the backups away first.',
  ],
  E_NETWORK: [
    'The address of a node is outside the network of the cluster.',
    'Correct the address, or set the node var `network`.',
  ],
  E_NOT_HEALTHY: [
    'The container whose health the task waits for does not exist.',
    'Create it with `docker(…)` in an earlier task.',
  ],
  E_NOT_RECOVERABLE: [
    'The target cannot be restored from any repository.',
    'Choose another target; the message says for each repository why it cannot be used.',
  ],
  E_NOT_REJOINED: [
    'The node did not become a replica in time.',
    'Read `docker logs postgres` on the node, fix the cause, then run the playbook again.',
  ],
  E_NO_DRILL: ['The drill is not installed on the node.', 'Run `run-playbook site`.'],
  E_NO_IMAGE: [
    'The image is not on the host and cannot be pulled.',
    'Pull or load it on the host, or correct the name.',
  ],
  E_NO_NODES: [
    'The inventory has no group `postgres` with hosts.',
    'Add the group to inventory.ts; see docs/cluster.md.',
  ],
  E_NO_OVERLAY: [
    'The node has no overlay address, or other nodes do not answer over the overlay.',
    "Set up the VPN, or set `overlay: 'auto'` in the inventory; check that UDP port 51820 is open.",
  ],
  E_NO_PRIMARY: [
    'Some nodes hold the data of a replica, but no primary was found.',
    'Bring the primary back, or promote a replica with `run-playbook promote -e to=NODE`.',
  ],
  E_NO_ROOM: [
    'There is not enough disk space for the restore.',
    'Free some space, set `restoreDir`, or use `-e keep=no`.',
  ],
  E_OVERTAKEN: [
    'A node that was promoted more recently than this primary cannot be reached.',
    'Bring that node back, or promote the replica that has received the most WAL.',
  ],
  E_PROMOTE: [
    'The node cannot be promoted now. Nothing was changed.',
    'Read the message; it names the condition that is not met.',
  ],
  E_RECLONE: [
    'The node cannot be re-cloned now. Nothing was changed.',
    'Read the message; it names the condition that is not met.',
  ],
  E_REHEARSAL_FAILED: [
    'The rehearsal of an upgrade failed, or none was made yet. The cluster was not changed.',
    'The message says which step failed and why. Solve it, then run `run-playbook upgrade -e to=VERSION -e rehearse=yes` again.',
  ],
  E_OBJECT_STORE: [
    'The place in the object store belongs to another cluster.',
    'Set another `path` in `objectStore`.',
  ],
  E_REPOSITORY_CIPHER: [
    '`encrypt` does not match the existing repository.',
    'Change `encrypt` back, or start a new repository as the message describes.',
  ],
  E_REPOSITORY_KEY: [
    'The secrets do not contain the key of an encrypted repository.',
    'Take the key from a node, as the message describes.',
  ],
  E_OVERLAY_MTU: [
    'Large packets do not get through the overlay, but small ones do.',
    'Set the node var `mtu` to a lower value, such as 1280.',
  ],
  E_POOLER: [
    'PgBouncer cannot serve the cluster with these vars, or its schema in a database belongs to somebody else. Nothing was changed.',
    'Correct `pooler` or what the message names in the inventory.',
  ],
  E_RESTORE_UNFINISHED: [
    'A restore of the whole cluster was interrupted.',
    'Finish it with `run-playbook restore -e in-place=yes`, without a target. Or abort it: add `-e abort=yes`.',
  ],
  E_SECRETS_DIFFER: [
    'A secret on a node differs from the one in the store.',
    'The message says how to keep either value; see also docs/secrets.md.',
  ],
  E_SECRETS_LOST: [
    'The store lacks secrets that the nodes have.',
    'Restore `secrets.age`, or import the secrets of the nodes with `run-playbook take-over`.',
  ],
  E_TAKE_OVER: [
    'The secrets of the nodes were not imported: a node could not be reached, or values differ.',
    'Follow the hint of the message, then run `run-playbook take-over` again.',
  ],
  E_TWO_PRIMARIES: [
    'Two nodes accept writes, or have the data of a primary on the same timeline.',
    'Decide which node to keep: normally the one with the higher timeline (`run-playbook status`). Run `docker stop postgres` on the other node, then `run-playbook reclone -l OTHER` on your machine, where OTHER is that node. Writes that only it received are lost.',
  ],
  E_TWO_TARGETS: [
    'More than one target was given to a restore.',
    'Set only one of `target`, `target-time`, `target-name`, `target-lsn` and `backup`.',
  ],
  E_UPGRADE: [
    'The upgrade to another major version of PostgreSQL was not begun, because it would fail or is not supported. Nothing was changed.',
    'The message says why, and what to do first. See docs/upgrade.md.',
  ],
  E_UPGRADE_IMAGE: [
    'The cluster was upgraded to another major version of PostgreSQL, and the inventory still has the image of the old one. Nothing was changed.',
    'Set `image` in the inventory to the one that the message names.',
  ],
  E_UPGRADE_UNFINISHED: [
    'An upgrade to another major version of PostgreSQL was interrupted. Nothing was changed.',
    'Run `run-playbook upgrade -e to=VERSION` again to finish it, or add `-e abort=yes` to go back. See docs/upgrade.md.',
  ],
} as const satisfies ErrorCodes
