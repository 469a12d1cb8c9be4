import { defineInventory } from 'run-playbook'
import { nodeVars } from 'run-playbook/cluster'

/** The machines. Addresses are those on the overlay; how to log in to each stands in the ssh config, under its name. */
const inventory = defineInventory({
  // An editor shows each var of a node and its default. With vars of your own: nodeVars.extend({ … }).
  vars: nodeVars,
  hosts: {
    'node-a': { address: '10.88.0.11' },
    'node-b': { address: '10.88.0.12' },
    'node-c': { address: '10.88.0.13' },
  },
  groups: {
    postgres: { hosts: ['node-a', 'node-b', 'node-c'] },
    /** Only for a cluster that is not there yet: later the nodes themselves say who is primary. */
    'first-primary': { hosts: ['node-a'] },
  },
})

export default inventory

declare module 'run-playbook' {
  interface Register {
    inventory: typeof inventory
  }
}
