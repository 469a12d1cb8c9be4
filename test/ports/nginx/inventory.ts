import { defineInventory } from 'run-playbook'

/** The ssh config says where it is. */
export default defineInventory({ hosts: { host: {} } })
