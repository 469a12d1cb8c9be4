import { defineInventory, local, z } from 'run-playbook'

/** The machines. To begin with there is one: the computer that you sit at. */
const inventory = defineInventory({
  vars: z.strictObject({
    /** Where the greeting is kept. */
    folder: z.string().default('/tmp/run-playbook-hello'),
  }),
  hosts: {
    here: { connection: local() },
    // Another machine is reached as `ssh web-1` reaches it:
    // 'web-1': {},
  },
  groups: {
    greeted: { hosts: ['here'] },
  },
})

export default inventory

// Tells the compiler which hosts and vars there are.
declare module 'run-playbook' {
  interface Register {
    inventory: typeof inventory
  }
}
