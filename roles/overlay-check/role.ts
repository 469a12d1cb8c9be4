import { defineRole, z } from 'run-playbook'
import { overlayReachable } from './module.ts'

/** Is the overlay up, and does this node reach every other one over it? Changes nothing. */
export const overlayCheck = defineRole({
  name: 'overlay-check',
  tags: ['overlay'],
  vars: z.strictObject({
    /** This node's address on the overlay. */
    address: z.string(),
    /** The other nodes' addresses. */
    peers: z.array(z.string()),
  }),
  tasks: ({ address, peers }) => [overlayReachable('overlay', { address, peers })],
})
