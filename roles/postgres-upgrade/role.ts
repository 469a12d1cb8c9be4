import { defineRole, z } from 'run-playbook'
import { rehearsalResult, rehearsed } from './rehearsed.ts'

/** One rehearsal of an upgrade to another major version, in a throwaway container. Nothing of the cluster is changed. */
export const postgresRehearsal = defineRole({
  name: 'postgres-rehearsal',
  vars: z.strictObject({
    to: z.int(),
    /** The image with the new version. */
    image: z.string(),
    backupDir: z.string(),
    drillDir: z.string(),
    /** Settings that the new version has to know. */
    settings: z.array(z.string()).readonly(),
  }),
  tasks: (rehearsal) => [rehearsed('rehearsal', rehearsal), rehearsalResult('result', {})],
})
