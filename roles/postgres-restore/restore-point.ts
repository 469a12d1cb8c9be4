import { defineRole, shell, z } from 'run-playbook'
import * as scripts from './scripts.ts'

/** The primary, before it is too late: a named place to restore to. */
export const restorePoint = defineRole({
  name: 'restore-point',
  vars: z.strictObject({ name: z.string() }),
  tasks: ({ name }) => [shell('restore point', { script: scripts.setPoint(name) }, { touches: [] })],
})
