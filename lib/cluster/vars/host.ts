import { z } from 'zod'
import type { Host } from '../../playbook/inventory.ts'
import { UserError } from '../../core/errors.ts'
import { backupPolicy, retentionPolicy } from './backup.ts'
import { refuseOverlap } from './host-folders.ts'

const hostVars = z.object({
  overlay: z.enum(['auto', 'external']).default('auto'),
  endpoint: z.string().optional(),
  dataDir: z.string().default('/data/postgres'),
  backupDir: z.string().default('/data/backups'),
  restoreDir: z.string().default('/data/restore'),
  rolling: z.enum(['restart', 'switchover']).default('restart'),
  synchronous: z.boolean().default(false),
  maxSlotWalKeepSize: z.string().default('2GB'),
  drillDir: z.string().default('/data/drill'),
  encrypt: z.boolean().default(false),
  offsite: z.string().optional(),
  schedule: backupPolicy.prefault({}),
  retention: retentionPolicy.prefault({}),
})

/** What the inventory says of a node, whoever wrote the inventory. @throws UserError for a value of the wrong type, and for folders in one another */
export function hostVarsOf(host: Host): z.output<typeof hostVars> {
  const { data, error } = hostVars.safeParse(host.vars)
  if (data === undefined)
    throw new UserError('E_BAD_VARS', `the vars of ${host.name}: ${z.prettifyError(error)}`)
  refuseOverlap(host.name, data)
  return data
}
