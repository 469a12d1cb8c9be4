import { defineRole, file } from 'run-playbook'
import { ABORTING, OPENED } from 'run-playbook/cluster'
import * as scripts from './scripts.ts'
import { vars } from './vars.ts'

/** The restore is over, or was aborted. */
export const restoreEnded = defineRole({
  name: 'restore-ended',
  vars: vars.pick({ dataDir: true }),
  tasks: ({ dataDir }) => [
    file('no mark', { path: `${dataDir}/restore.aside`, state: 'absent' }),
    // First, because without the words below a restore could be aborted that is over.
    file('no order', { path: scripts.orderPath(dataDir), state: 'absent' }),
    file('no word of its point of no return', { path: `${dataDir}/${OPENED}`, state: 'absent' }),
    file('no word of an abort', { path: `${dataDir}/${ABORTING}`, state: 'absent' }),
  ],
})
