import { type TaskList, defineRole, file, shell, z } from 'run-playbook'
import { AS_OWNER, nodeRoleVars, slotsOfOthers } from 'run-playbook/cluster'
import { promotionFiles } from '../postgres-node/files.ts'
import { loadConfiguration, superuser } from '../postgres-node/tasks.ts'
import { backupFree } from '../postgres-node/backup-free.ts'
import { orHandBack } from './hand-back.ts'
import { handedOver } from './handed-over.ts'
import { promoted } from './promoted.ts'

/** How long a promotion waits for a backup that is running. */
const BACKUP_SECONDS = 120

/** Before anything is changed: its own backup would be broken off as well. */
export const postgresTakesOver = defineRole({
  name: 'postgres-takes-over',
  vars: nodeRoleVars,
  tasks: (vars) => [backupFree('no backup', { on: superuser(vars), seconds: BACKUP_SECONDS })],
})

/** The primary, on its way to be one no more. */
export const postgresHandsOver = defineRole({
  name: 'postgres-hands-over',
  vars: nodeRoleVars.extend({ running: z.boolean(), successor: z.string(), successorAddress: z.string() }),
  tasks: (vars) => {
    const { address, port, dataDir, image, successor, successorAddress } = vars
    return [
      // One that was shut down by an earlier run runs no backup either, and can not be asked.
      vars.running && backupFree('no backup', { on: superuser(vars), seconds: BACKUP_SECONDS }),
      handedOver('hand over', {
        address,
        port,
        dataDir,
        image,
        successor,
        successorAddress,
      }),
    ]
  },
})

/** A lost primary whose disk can be reached: it must not come back as one. */
export const postgresFenced = defineRole({
  name: 'postgres-fenced',
  vars: nodeRoleVars.extend({ successor: z.string(), successorAddress: z.string() }),
  tasks: ({ dataDir, successor, successorAddress }) => [
    shell('fence', {
      script: `${AS_OWNER}
as_owner . sh -c 'echo "$1" > fenced' sh "$SUCCESSOR, $(date -u +%Y-%m-%dT%H:%M:%SZ)" && sync && docker stop postgres >/dev/null 2>&1 || true`,
      env: { SUCCESSOR: `${successor} (${successorAddress})` },
      cwd: dataDir,
      creates: `${dataDir}/fenced`,
    }),
  ],
})

/** The new primary. */
export const postgresPromoted = defineRole({
  name: 'postgres-promoted',
  vars: nodeRoleVars.extend({
    /** Its own name in the inventory. */
    name: z.string(),
    /** Whom it takes over from, in words. */
    from: z.string(),
    /** The primary that was stopped for it: it opens again when the promotion fails. */
    old: z.strictObject({ name: z.string(), dataDir: z.string(), address: z.string() }).optional(),
  }),
  tasks: (vars) => {
    const { name, dataDir, from, old, port } = vars
    const promote: TaskList = [
      file('no fence', { path: `${dataDir}/fenced`, state: 'absent' }),
      promoted('promote: the point of no return', { on: superuser(vars), from, slots: slotsOfOthers(vars) }),
    ]
    return orHandBack(promote, { name, dataDir }, old && { ...old, port })
  },
})

/** The new primary, once it is one: whoever asks it gets the operator's word on that. */
export const postgresPromotionSigned = defineRole({
  name: 'postgres-promotion-signed',
  tags: ['postgres'],
  vars: nodeRoleVars,
  tasks: (vars) => promotionFiles(vars, loadConfiguration(vars, true)),
})
