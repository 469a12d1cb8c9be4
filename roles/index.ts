/** The roles that ship: `import { postgresPrimary } from 'run-playbook/roles'`. */
export { overlayCheck } from './overlay-check/role.ts'
export { postgresImage } from './postgres-image/role.ts'
export { postgresPrimary } from './postgres-primary/role.ts'
export { postgresReplica } from './postgres-replica/role.ts'
export { wireguardRole } from './wireguard/role.ts'
export { type NodeFact, choosePrimary, nodeFact } from './cluster/fact.ts'
