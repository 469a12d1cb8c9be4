import { defineRole, file } from 'run-playbook'
import * as scripts from './scripts.ts'
import { vars } from './vars.ts'

/** The restore is over. */
export const restoreEnded = defineRole({
  name: 'restore-ended',
  vars: vars.pick({ dataDir: true }),
  tasks: ({ dataDir }) => [
    file('no mark', { path: `${dataDir}/restore.aside`, state: 'absent' }),
    file('no order', { path: scripts.orderPath(dataDir), state: 'absent' }),
  ],
})
