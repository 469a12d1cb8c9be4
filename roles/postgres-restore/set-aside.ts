import { defineRole, shell } from 'run-playbook'
import * as scripts from './scripts.ts'
import { DAY_MS, vars } from './vars.ts'

/** Every other node: nothing of what it had is in the way of the new cluster, and nothing of it is lost. */
export const setAside = defineRole({
  name: 'set-aside',
  vars,
  tasks: ({ dataDir, backupDir, order }) => [
    shell('old data and old repository', {
      script: scripts.setAside(dataDir, backupDir, order),
      unless: scripts.isAside(dataDir, order.id),
      timeoutMs: DAY_MS,
    }),
  ],
})
